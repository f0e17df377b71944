#!/bin/sh
# What npm installs on every platform: it looks for the executable of this one and becomes it, with the words, the environment and the descriptors that it
# was given itself. launcher/shell.c says how the environment gets past the shell; node is given nothing of it that would change node (launcher/birth.c).
tool=TOOL
say() {
  echo "$tool: $1" >&2
  exit 1
}

# npm makes links to this file; the commands that follow them are looked for behind those of the user.
search=${PATH:+$PATH:}/usr/bin:/bin
file=$(PATH=$search command readlink -f -- "$0") || say "cannot find the folder it was installed in"
root=${file%/*/*}
case $(PATH=$search command uname -sm) in
  "Linux x86_64") platform=linux-x64 ;;
  "Linux aarch64") platform=linux-arm64 ;;
  *) platform=$(PATH=$search command uname -sm | PATH=$search command tr 'A-Z ' 'a-z-') ;;
esac
package=holdfast-keeper-$platform

# By hand, by `holdfast build-keeper`, inside of the package, beside it: as src/tools/holdfast/installation.ts looks.
found=
look() {
  [ -n "$found" ] || [ ! -f "$1/bin/$tool" ] || found=$1/bin/$tool
}
[ -z "${HOLDFAST_KEEPER:-}" ] || look "${HOLDFAST_KEEPER%/*}"
look "$root/dist"
look "$root/node_modules/$package"
look "${root%/*}/$package"

if [ -n "$found" ]; then
  birth=$(HOLDFAST_SHELL=$0 HOLDFAST_ROOT=$root "$found" 2>/dev/null)
  [ $? != 126 ] || say "$found is not executable for you"
  [ -z "$birth" ] || eval "$birth"
  exec "$found" "$@"
fi

# The one command that is needed where there is no executable yet. It runs nothing of the user's, so its environment is small.
if [ "$tool" = holdfast ]; then
  exec env -i PATH="$search" HOME="${HOME:-/}" LANG="${LANG:-C}" TMPDIR="${TMPDIR:-/tmp}" CC="${CC:-}" HOLDFAST_KEEPER="${HOLDFAST_KEEPER:-}" \
    "${HOLDFAST_NODE:-node}" "$root/dist/holdfast.cjs" "$@"
fi
case $platform in
  linux-x64 | linux-arm64)
    say "the package $package was not installed: \`--omit=optional\`, or node_modules came from another machine; install it, or run \`holdfast build-keeper\` (needs a C compiler)"
    ;;
  *) say "this is $platform, for which no keeper is shipped: run \`holdfast build-keeper\` (needs a C compiler)" ;;
esac
