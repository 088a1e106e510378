#!/bin/sh
# Installs an unpacked bundle, or brings an installation to its release: run it as root inside the bundle.
#   sh platform/deploy/server/install.sh            /opt/anlan, user anlan, systemd units
#   DESTDIR=/srv/x SYSTEMD=0 OWNER=me sh …          elsewhere, without units, for another user
# It fetches nothing. What is in the way is one sentence and an exit code that is not 0.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")/../../.." && pwd)
prefix=${DESTDIR:-/opt}
owner=${OWNER:-anlan}
systemd=${SYSTEMD:-1}
environment=${ENVIRONMENT:-/etc/anlan/anlan.env}
owners=${OWNER_ENVIRONMENT:-/etc/anlan/owner.env}
python=${PYTHON:-python3}
release=$(basename "$here")
target="$prefix/$release"

say() { printf '%s\n' "$*"; }
refuse() { printf '%s\n' "$*" >&2; exit 1; }

[ -f "$here/SHA256SUMS" ] || refuse "There is no SHA256SUMS in $here: unpack a bundle made by make bundle, and run this inside it."
(cd "$here" && sha256sum --quiet --check SHA256SUMS) || refuse "A file differs from SHA256SUMS: fetch the bundle anew."
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || refuse "$python is older than 3.11; name another with PYTHON=."
[ -f "$environment" ] || refuse "There is no $environment: copy platform/deploy/server/anlan.env.example there and fill it in."
[ ! -f "$owners" ] || [ "$systemd" != 1 ] || chmod 0600 "$owners"
id "$owner" >/dev/null 2>&1 || {
  [ "$systemd" = 1 ] || refuse "There is no user $owner."
  useradd --system --home-dir /var/lib/anlan --shell /usr/sbin/nologin "$owner"
}

say "Files to $target"
mkdir -p "$target"
cp -R "$here/." "$target/"

say "Python packages"
[ -x "$target/.venv/bin/python" ] || "$python" -m venv "$target/.venv"
"$target/.venv/bin/python" -m pip install --quiet --no-index --find-links "$target/wheels" --require-hashes -r "$target/requirements.txt"

# The settings of the installation, for the commands below.
set -a
. "$environment"
set +a
PYTHONPATH="$target/platform:$target"
export PYTHONPATH
mkdir -p "$DATA_DIR"
chown -R "$owner" "$DATA_DIR"
chmod 0750 "$DATA_DIR"

as_owner() { if [ "$(id -un)" = "$owner" ]; then "$@"; else runuser -u "$owner" --preserve-environment -- "$@"; fi; }
# The owner's login is for these commands alone: nothing that serves pages is started with it.
as_schema_owner() { (set -a; [ ! -f "$owners" ] || . "$owners"; set +a; as_owner "$@"); }
cd "$target"
say "Static files"
as_owner "$target/.venv/bin/python" manage.py collectstatic --noinput --verbosity 0
say "Settings"
as_schema_owner "$target/.venv/bin/python" manage.py check --deploy --fail-level ERROR
say "Database"
as_schema_owner "$target/.venv/bin/python" manage.py upgrade
[ -z "${PROVINCE_LOGINS_FILE:-}" ] || as_schema_owner "$target/.venv/bin/python" manage.py logins

# From here on it is this release that runs; the one before stays beside it until somebody removes it.
ln -sfn "$target" "$prefix/anlan"
if [ "$systemd" = 1 ]; then
  cp "$target"/platform/deploy/server/systemd/*.service /etc/systemd/system/
  systemctl daemon-reload
  systemctl enable --quiet anlan-web anlan-worker anlan-beat anlan-schemas
  systemctl restart anlan-web anlan-worker anlan-beat anlan-schemas
fi
say "$release is installed."
