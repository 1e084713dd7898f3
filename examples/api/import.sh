#!/usr/bin/env bash
# Imports a CSV file into Linefeed, and prints what happens as it happens: import.sh FILE DATABASE TABLE
set -euo pipefail

curl --silent --show-error --fail-with-body --no-buffer \
  --request POST "$URL/v1/imports?create" \
  --url-query "target=$2" --url-query "table=$3" --url-query "name=$(basename "$1")" \
  --header "Authorization: Bearer $TOKEN" \
  --header 'Content-Type: text/csv' \
  --header 'Accept: text/event-stream' \
  --header "Idempotency-Key: $$-$RANDOM-$RANDOM" \
  --upload-file "$1" |
  while IFS= read -r line; do
    case $line in
    'event: '*) event=${line#event: } ;;
    'data: '*) printf '%s %s\n' "$event" "${line#data: }" ;;
    '{'*) printf '%s\n' "$line" >&2 ;; # why it was refused
    esac
  done
