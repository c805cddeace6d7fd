#!/usr/bin/env bash
# In a copy of this tree, let examples take stand-ins for modules of Terraform's registry, which cannot be had offline.
set -euo pipefail

sed -i.before \
  -e 's|"terraform-aws-modules/ecs/aws//modules/service"|"../../tests/terraform/stand_ins/ecs-service"|' \
  -e '/^ *version *= "~> 7.0"$/d' \
  "$1/examples/ecs-module/main.tf"
rm "$1/examples/ecs-module/main.tf.before"
