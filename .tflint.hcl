config {
  # Every folder is linted by itself; following module calls would also read files that only a user has.
  call_module_type = "none"
}

# Every rule of the ruleset that tflint brings along.
plugin "terraform" {
  enabled = true
  preset  = "all"
}
