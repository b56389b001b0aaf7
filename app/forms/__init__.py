"""Forms: what a matter asks, kept in versions, and the checking of answers.

A form definition is data. Drawing it is the doors' affair; checking answers
against it is pure and the same for pages, the API and the importer.
"""
