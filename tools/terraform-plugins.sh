#!/usr/bin/env bash
# Fetch the AWS provider once into build/terraform and write build/terraform.rc, a Terraform CLI configuration that
# takes providers from there and nowhere else: every later init is quick, offline, safe to run in parallel, and
# gets the same version. Sources, the first that works: the user's own CLI configuration, where there is one; a
# registry.terraform.io tree under /opt; else Terraform's own way, its implied mirror directories, then the network.
#
# Environment: AWS_PROVIDER_VERSION (a version constraint), USER_TERRAFORM_RC (the caller's TF_CLI_CONFIG_FILE).
set -euo pipefail

cd "$(dirname "$0")/.."
work=build/terraform
unset TF_CLI_ARGS TF_CLI_ARGS_init TF_DATA_DIR TF_PLUGIN_CACHE_DIR TF_WORKSPACE
export CHECKPOINT_DISABLE=1 TF_IN_AUTOMATION=1

fail() {
  echo "$*" >&2
  exit 1
}

command -v terraform >/dev/null || fail "Terraform 1.9 or later is needed and was not found on the PATH."
version=$(terraform version -json 2>/dev/null | sed -n 's/.*"terraform_version": *"\([^"]*\)".*/\1/p')
IFS=. read -r major minor _ <<<"${version:-0.0.0}"
((major > 1 || (major == 1 && minor >= 9))) ||
  fail "Terraform 1.9 or later is needed; the one on the PATH is ${version:-of an unknown version}."

init_with() { # the path of a CLI configuration
  rm -rf "$work/.terraform" "$work/.terraform.lock.hcl"
  TF_CLI_CONFIG_FILE=$1 terraform -chdir="$work" init -backend=false -input=false -no-color >"$work/init.log" 2>&1
}

installation() { # a directory that holds a registry.terraform.io tree
  printf 'provider_installation {\n  filesystem_mirror {\n    path = "%s"\n  }\n}\n' "$1"
}

fetch_provider() {
  local user=${USER_TERRAFORM_RC:-${HOME:-}/.terraformrc} tree
  if [[ -f $user && ! $user -ef build/terraform.rc ]]; then
    init_with "$user"
    return
  fi
  while IFS= read -r tree; do
    installation "$(dirname "$tree")" >"$work/candidate.rc"
    if init_with "$PWD/$work/candidate.rc"; then return; fi
  done < <(find /opt -maxdepth 4 -type d -name registry.terraform.io 2>/dev/null)
  : >"$work/candidate.rc"
  init_with "$PWD/$work/candidate.rc"
}

mkdir -p "$work"
cat >"$work/versions.tf" <<EOF
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "${AWS_PROVIDER_VERSION:?a version constraint}"
    }
  }
}
EOF
echo "setup: fetching the Terraform AWS provider"
fetch_provider || {
  cat "$work/init.log" >&2
  fail "The Terraform AWS provider ($AWS_PROVIDER_VERSION) was found in no mirror, and not on the network:" \
    "what Terraform said stands above."
}
installation "$PWD/$work/.terraform/providers" >build/terraform.rc
