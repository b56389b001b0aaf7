#!/bin/sh
# Put the product, and nothing of the demonstration or the tests, into a folder:
#   deploy/install.sh /opt/mashangban
# Run it again to update; then restart mashangban.target.
set -eu

target=${1:?usage: deploy/install.sh FOLDER}
cd "$(dirname "$0")/.."

# What production runs. Nothing else is copied: the settings refuse to start
# beside the package demo.
parts="app qr miniprogram_api mobile console notifications migrations data
       wsgi.py alembic.ini requirements.txt"

mkdir -p "$target"
for part in $parts; do
    rm -rf "${target:?}/$part.new"
    cp -R "$part" "$target/$part.new"
done
for part in $parts; do
    rm -rf "${target:?}/$part"
    mv "$target/$part.new" "$target/$part"
done
find "$target" -name __pycache__ -not -path '*/.venv/*' -prune -exec rm -rf {} +

cd "$target"
[ -x .venv/bin/python ] || "${PYTHON:-python3}" -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check \
    --require-hashes --only-binary :all: -r requirements.txt
.venv/bin/python -m compileall -q app qr miniprogram_api mobile console notifications
echo "installed in $target"
