#!/usr/bin/env bash
# Validate one Terraform folder: init without a backend, then validate. Prints one line, or what is wrong.
set -euo pipefail

folder=$1
for step in 'init -backend=false -input=false' validate; do
  # shellcheck disable=SC2086 # the step is a command with its options
  output=$(terraform -chdir="$folder" $step -no-color 2>&1) || {
    printf '%s: terraform %s says\n%s\n' "$folder" "${step%% *}" "$output"
    exit 1
  }
done
printf '%s: %s\n' "$folder" "$output"
