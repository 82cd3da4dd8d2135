#!/bin/sh
# Installs Debian packages as root without starting, now or at boot, a service that comes with them.
# usage: apt-install.sh <package>...
set -eu
export DEBIAN_FRONTEND=noninteractive

# Package scripts ask /usr/sbin/policy-rc.d before they start a service; 101 forbids it. One that is already there is
# the administrator's and stays as it is.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
fi

new=''
for package in "$@"; do
  dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || new="$new $package"
done

apt-get update -qq
apt-get install -y -qq --no-install-recommends "$@"

# The units of what was not here before: off, so that the next boot does not start them either.
if command -v systemctl >/dev/null 2>&1; then
  for package in $new; do
    for unit in $(dpkg -L "$package" | sed -n 's|^/\(usr/\)\{0,1\}lib/systemd/system/\([^/]*\.service\)$|\2|p'); do
      systemctl --quiet disable "$unit" 2>/dev/null || true
    done
  done
fi
