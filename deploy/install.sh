#!/usr/bin/env bash
# Installs the station for everybody on a Debian or Ubuntu machine. As root, from the project's folder:
#   deploy/install.sh                the programs under /opt/ktpel, the menu entry, the rules for the devices
#   deploy/install.sh --kiosk USER   also starts the station when USER logs in, and lets USER open the devices
# A second run brings the installation up to this version. Data and settings are left alone.
set -euo pipefail
cd "$(dirname "$0")/.."
kiosk=""
case "${1:-}" in
    --kiosk) kiosk="${2:?the user at the counter}" ;;
    "") ;;
    *) echo "usage: deploy/install.sh [--kiosk USER]" >&2; exit 2 ;;
esac
[ "$(id -u)" = 0 ] || { echo "This needs root: sudo deploy/install.sh" >&2; exit 1; }
venv=/opt/ktpel/venv editable=
. deploy/environment.sh

step() { printf '%s\n' "$*"; }
step "Programs in /opt/ktpel/bin"
mkdir -p /opt/ktpel/bin
for program in ktpel ktpel-station ktpel-sim; do ln -sf "../venv/bin/$program" "/opt/ktpel/bin/$program"; done
ln -sf /opt/ktpel/bin/ktpel /usr/local/bin/ktpel
step "Menu entry"
install -D -m 644 deploy/ktpel-station.desktop /usr/share/applications/ktpel-station.desktop
step "Rules for serial devices"
install -D -m 644 deploy/60-ktpel.rules /etc/udev/rules.d/60-ktpel.rules
if command -v udevadm >/dev/null; then udevadm control --reload 2>/dev/null || true; fi
step "Service for kiosks"
install -D -m 644 deploy/ktpel-station.service /etc/systemd/user/ktpel-station.service
if [ -n "$kiosk" ]; then
    usermod -aG dialout,video "$kiosk"
    wants="$(getent passwd "$kiosk" | cut -d: -f6)/.config/systemd/user/graphical-session.target.wants"
    install -d -o "$kiosk" "$wants"
    ln -sf /etc/systemd/user/ktpel-station.service "$wants/ktpel-station.service"
    step "$kiosk may open the devices, and gets the station at the next login"
fi
step "Installed. Next: ktpel provision, then ktpel config check (docs/installing.md)"
