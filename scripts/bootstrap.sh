#!/usr/bin/env bash
# Make this folder ready to run: the locked Python packages in .venv, and PostgreSQL with PostGIS on the machine.
#
#   scripts/bootstrap.sh [--python-only | --with PACKAGE]     PACKAGE: one of the distribution more
#
# Works on a bare Debian 12 or Ubuntu 24.04 with Python 3.11 or newer. Only what is missing is installed; when nothing is,
# this takes a fraction of a second. All settings are optional:
#   DATABASE_URL   a PostGIS of your own: none is installed
#   PYTHON         the Python to use (default: the newest on PATH)
# Packages come from wherever apt, uv and pip are configured to find them on this machine.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly uv_version=0.13.9
readonly no_cluster=/etc/postgresql-common/createcluster.d/gridcase-no-main-cluster.conf
log=$(mktemp)
trap 'rm -f "$log"' EXIT

say() { printf 'gridcase: %s\n' "$*" >&2; }
fail() {
  say "$1"
  shift
  (($#)) && printf '          %s\n' "$@" >&2
  exit 1
}

# quietly WHAT COMMAND...: say WHAT, and only if the command fails, what it said
quietly() {
  local what=$1 began=$SECONDS
  shift
  say "$what ..."
  if ! "$@" >"$log" 2>&1; then
    tail -n 25 "$log" >&2
    fail "this failed: $what"
  fi
  say "  done in $((SECONDS - began)) s"
}

# --- what is there ---

environment_is_current() {
  [[ $(cat .venv/.synced 2>/dev/null) == "$wanted" && -x .venv/bin/gridcase ]] && .venv/bin/python -c '' 2>/dev/null
}

has_postgis() {
  local control release
  for control in /usr/share/postgresql/*/extension/postgis.control; do
    release=${control#/usr/share/postgresql/}
    [[ -e $control && -x /usr/lib/postgresql/${release%%/*}/bin/initdb ]] && return
  done
  return 1
}

find_python() {
  local candidate
  for candidate in ${PYTHON:-python3.14 python3.13 python3.12 python3.11 python3}; do
    "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v "$candidate" && return
  done
  fail "Python 3.11 or newer is needed${PYTHON:+, and PYTHON=$PYTHON is not}." \
    "Debian 12 and Ubuntu 24.04 have it:  apt-get install python3"
}

# --- packages of the distribution ---

packages_missing() {
  if ! environment_is_current && ! find_uv && ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    "$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'
  fi
  if [[ -z ${DATABASE_URL-} && -z $python_only ]] && ! has_postgis; then
    echo postgis
  fi
  [[ -n $python_only ]] || printing_missing
  [[ -z $also ]] || installed "$also" || echo "$also"
}

# what prints notices as PDF: Pango, and a font with Chinese signs
printing_missing() {
  local name
  command -v dpkg-query >/dev/null || return 0
  for name in libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-wqy-zenhei; do
    installed "$name" || echo "$name"
  done
}

installed() {
  dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed
}

# newest PostGIS that the distribution offers: postgresql-15-postgis-3 on Debian 12, postgresql-16-postgis-3 on Ubuntu 24.04
postgis_package() {
  apt-cache search --names-only '^postgresql-[0-9]+-postgis-3$' | cut -d' ' -f1 | sort -V | tail -n 1
}

become_root() {
  local name
  local -a advice
  if ! command -v apt-get >/dev/null; then
    fail "missing: $*; and this is not Debian or Ubuntu." \
      "Install it in your system's way. For PostGIS you can set DATABASE_URL instead."
  fi
  ((EUID == 0)) && return
  if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [[ -t 0 ]]; }; then
    as_root=(sudo)
    return
  fi
  name=$(postgis_package)
  advice=("Have an administrator run:  apt-get install ${*/postgis/${name:-postgresql-NN-postgis-3}}" "and run this again.")
  [[ $* != *postgis* ]] || advice+=("Instead of PostGIS here, you can set DATABASE_URL to one elsewhere.")
  fail "missing: $*; and installing it takes root or sudo." "${advice[@]}"
}

apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 apt-get -qq -o DPkg::Lock::Timeout=300 "$@"
}

# Debian starts a cluster of the system's own with the first PostgreSQL installed, unless told not to
install_packages() {
  local postgis
  local -a as_root=() packages=("$@")
  become_root "${packages[@]}"
  say "reading the distribution's lists of packages ..."
  apt update >"$log" 2>&1 || say "  apt-get update reported problems; going on with the lists at hand"
  if [[ " $* " == *" postgis "* ]]; then
    postgis=$(postgis_package)
    [[ -n $postgis ]] || fail "apt offers no PostGIS." \
      "Enable the distribution's main (on Ubuntu: universe) packages, or set DATABASE_URL to a PostGIS elsewhere."
    packages=("${packages[@]/postgis/$postgis}")
    command -v curl >/dev/null || packages+=(curl)  # the line that `make run` prints is to be pasted
  fi
  "${as_root[@]}" mkdir -p "${no_cluster%/*}"
  trap '"${as_root[@]}" rm -f "$no_cluster"; rm -f "$log"' EXIT
  echo 'create_main_cluster = false' | "${as_root[@]}" tee "$no_cluster" >/dev/null
  quietly "installing ${packages[*]}" apt install --no-install-recommends -y "${packages[@]}"
  "${as_root[@]}" rm -f "$no_cluster"
  trap 'rm -f "$log"' EXIT
}

# --- the Python environment ---

# uv from PATH, else one in an environment of its own: distributions forbid installing beside their packages (PEP 668)
find_uv() {
  uv=$(command -v uv) && return
  uv=$PWD/.venv-uv/bin/uv
  [[ $(cat .venv-uv/.version 2>/dev/null) == "$uv_version" && -x $uv ]]
}

install_uv() {
  rm -rf .venv-uv
  "$python" -m venv .venv-uv
  echo '*' >.venv-uv/.gitignore
  quietly "installing uv $uv_version" .venv-uv/bin/pip install --quiet --disable-pip-version-check "uv==$uv_version"
  echo "$uv_version" >.venv-uv/.version
}

# uv does not read pip's configuration, in which a closed network names its mirrors
use_registries_of_pip() {
  local key value
  [[ -n ${UV_DEFAULT_INDEX-}${UV_INDEX-}${UV_INDEX_URL-}${UV_EXTRA_INDEX_URL-}${UV_FIND_LINKS-} ]] && return
  while IFS='=' read -r key value; do
    value=${value#\'} value=${value%\'} value=${value//\\n/ }
    case ${key##*.} in
      index-url) export UV_DEFAULT_INDEX=$value ;;
      extra-index-url) export UV_INDEX=$value UV_INDEX_STRATEGY=unsafe-best-match ;; # pip's way; hashes are checked anyhow
      find-links) value=${value#"${value%%[! ]*}"} && export UV_FIND_LINKS=${value// /,} ;;
      cert) export SSL_CERT_FILE=${SSL_CERT_FILE:-$value} ;;
    esac
  done < <(.venv-uv/bin/pip config list 2>/dev/null)
}

sync_environment() {
  export UV_PYTHON_DOWNLOADS=never UV_NO_PROGRESS=1 VIRTUAL_ENV=$PWD/.venv
  find_uv || install_uv
  [[ $uv == "$PWD"/* ]] && use_registries_of_pip
  if ! .venv/bin/python -c '' 2>/dev/null; then
    rm -rf .venv
    quietly "making .venv with $("$python" -V)" "$uv" venv --python "$python" .venv
  fi
  rm -f .venv/.synced
  quietly "installing the locked Python packages" "$uv" pip sync --require-hashes requirements.lock
  quietly "installing gridcase itself" "$uv" pip install --no-deps --no-build-isolation \
    --config-settings editable_mode=compat --editable .
  echo "$wanted" >.venv/.synced
}

case ${1-} in
  '') python_only= also= ;;
  --python-only) python_only=1 also= ;;
  --with) python_only= also=$2 ;;
  *) fail "usage: scripts/bootstrap.sh [--python-only | --with PACKAGE]" ;;
esac
exec 9<scripts/bootstrap.sh
flock 9 # two at once would tread on each other
wanted=$(pwd && sha256sum requirements.lock pyproject.toml)
environment_is_current || python=$(find_python)
missing=$(packages_missing)
# shellcheck disable=SC2086
[[ -z $missing ]] || install_packages $missing
environment_is_current || sync_environment
