#!/usr/bin/env bash
# Run tflint on one Terraform folder, with every rule; what only this repository applies may be a single file.
set -euo pipefail

options=()
case $1 in
  bench/* | simulator/* | tests/*) options=(--disable-rule=terraform_standard_module_structure) ;;
esac
exec build/bin/tflint --config="$PWD/.tflint.hcl" --chdir="$1" --no-color ${options[@]+"${options[@]}"}
