#!/bin/sh
# The smallest program that keeps a ring of sealing keys, and what one before a KMS or a vault has to do:
#   GRIDCASE_KEY_COMMAND="sh examples/key-program.sh /run/keys/ring"
# It is called with `list`, `add` or `destroy ID`. `list` prints a key a line, the current one last; the line `master` is the
# key that follows from the master key, with which a city began; `destroy master` leaves it out.
set -eu
ring=$1
[ -f "$ring" ] || (umask 077 && echo master > "$ring")
case $2 in
list) cat "$ring" ;;
add) head -c 32 /dev/urandom | base64 >> "$ring" ;;
destroy)
    touch "$ring.new" && chmod 600 "$ring.new"
    while read -r line; do
        id=$({ echo "gridcase sealing key"; echo "$line" | base64 -d 2> /dev/null || true; } | sha256sum | cut -c 1-8)
        [ "$id" = "$3" ] || [ "$line" = "$3" ] || echo "$line"
    done < "$ring" > "$ring.new"
    mv "$ring.new" "$ring"
    ;;
*)
    echo "list, add or destroy ID" >&2
    exit 2
    ;;
esac
