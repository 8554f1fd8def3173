# Sourced from the project's root by run, test and install.sh: Python environment and shared libraries, installed once and
# checked each time. `lock` names what is installed: requirements.lock is the product, requirements-test.lock the tests too.

venv=${venv:-.venv}
lock=${lock:-requirements.lock}

say() { printf '%s\n' "$*" >&2; }

# Whether packages can be installed without asking anybody: as root, or with a sudo that needs no password.
apt_command() {
    command -v apt-get >/dev/null || return 1
    if [ "$(id -u)" = 0 ]; then echo "apt-get"; return 0; fi
    command -v sudo >/dev/null && sudo -n true 2>/dev/null && echo "sudo -n apt-get"
}

install_packages() {
    local apt
    if apt=$(apt_command); then
        say "Installing from the system's packages: $*"
        $apt update -qq >&2 && DEBIAN_FRONTEND=noninteractive $apt install -y -qq --no-install-recommends "$@" >&2
    else
        say "These system packages are missing. Install them with this one command, then start again:"
        say "    sudo apt-get install --no-install-recommends $*"
        exit 1
    fi
}

# Those of the named packages that are not there yet.
install_missing() {
    local package missing=()
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} = 0 ] || install_packages "${missing[@]}"
}

make_environment() {
    command -v python3 >/dev/null || { say "python3 is missing: sudo apt-get install python3"; exit 1; }
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { say "Python 3.11 or newer is needed."; exit 1; }
    python3 -c 'import ensurepip, venv' 2>/dev/null || install_packages python3-venv
    local wanted all
    wanted=$(cat "$lock" pyproject.toml | sha256sum)
    all=$(cat requirements-test.lock pyproject.toml | sha256sum)
    # What the tests need holds the product too.
    if [ -f "$venv/.complete" ] && grep -qxe "$wanted" -e "$all" "$venv/.complete"; then return; fi
    say "Preparing the Python environment in $venv (a minute or two, once)"
    rm -f "$venv/.complete"
    [ -x "$venv/bin/pip" ] || python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r "$lock"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index ${editable--e} .
    echo "$wanted" >"$venv/.complete"
}

# What Qt's plugins ask the dynamic linker for and do not get, as Debian and Ubuntu name the packages.
missing_libraries() {
    local qt
    qt=$(echo "$venv"/lib/python3*/site-packages/PyQt6/Qt6)
    LD_LIBRARY_PATH=$qt/lib ldd "$qt"/plugins/platforms/libqxcb.so "$qt"/plugins/platforms/libqoffscreen.so \
        "$qt"/lib/libQt6Widgets.so.6 2>/dev/null | awk '/not found/ {print $1}' | sort -u
}

package_of() {
    case "$1" in
        libEGL.so.1) echo libegl1 ;;
        libGL.so.1) echo libgl1 ;;
        libGLX.so.0) echo libglx0 ;;
        libOpenGL.so.0) echo libopengl0 ;;
        libX11.so.6) echo libx11-6 ;;
        libX11-xcb.so.1) echo libx11-xcb1 ;;
        libxkbcommon.so.0) echo libxkbcommon0 ;;
        libxkbcommon-x11.so.0) echo libxkbcommon-x11-0 ;;
        libxcb-cursor.so.0) echo libxcb-cursor0 ;;
        libxcb-icccm.so.4) echo libxcb-icccm4 ;;
        libxcb-image.so.0) echo libxcb-image0 ;;
        libxcb-keysyms.so.1) echo libxcb-keysyms1 ;;
        libxcb-randr.so.0) echo libxcb-randr0 ;;
        libxcb-render-util.so.0) echo libxcb-render-util0 ;;
        libxcb-render.so.0) echo libxcb-render0 ;;
        libxcb-shape.so.0) echo libxcb-shape0 ;;
        libxcb-shm.so.0) echo libxcb-shm0 ;;
        libxcb-sync.so.1) echo libxcb-sync1 ;;
        libxcb-util.so.1) echo libxcb-util1 ;;
        libxcb-xfixes.so.0) echo libxcb-xfixes0 ;;
        libxcb-xkb.so.1) echo libxcb-xkb1 ;;
        libxcb.so.1) echo libxcb1 ;;
        libfontconfig.so.1) echo libfontconfig1 ;;
        libfreetype.so.6) echo libfreetype6 ;;
        libdbus-1.so.3) echo libdbus-1-3 ;;
        libglib-2.0.so.0 | libgthread-2.0.so.0) echo libglib2.0-0 ;;
        *) echo "" ;;
    esac
}

check_libraries() {
    local library package packages=()
    for library in $(missing_libraries); do
        package=$(package_of "$library")
        [ -n "$package" ] || { say "Qt needs the shared library $library, which no known package brings."; exit 1; }
        packages+=("$package")
    done
    [ ${#packages[@]} = 0 ] || install_packages "${packages[@]}"
}

make_environment
check_libraries
