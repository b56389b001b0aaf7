"""What the web doors share: context, problems, limits, headers, health."""
