# What cannot be told by its name alone: pollers and keys have ids for names, and a role is only as harmless as what it may
# do.

locals {
  function_arn = "${local.arns.lambda}:function:${local.name}-*"
  poller_arns  = local.hub ? ["${local.arns.lambda}:event-source-mapping:*"] : []
  key_arns     = local.hub ? ["${local.arns.kms}:key/*"] : []

  of_a_function = { test = "ArnLike", variable = "lambda:FunctionArn", values = [local.function_arn] }
  tagged_as_hub = { test = "StringEquals", variable = "aws:ResourceTag/spot-failover", values = ["hub"] }
  bounded       = { test = "StringEquals", variable = "iam:PermissionsBoundary", values = [local.boundary_arn] }

  managed_functions = {
    Functions = {
      resources  = local.hub ? [local.function_arn] : []
      regional   = true
      conditions = []
      read       = ["lambda:GetFunction", "lambda:GetFunctionCodeSigningConfig", "lambda:ListVersionsByFunction"]
      change = [
        "lambda:CreateFunction", "lambda:DeleteFunction", "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration",
      ]
    }

    PollersOfFunctions = {
      resources  = local.poller_arns
      regional   = true
      conditions = [local.of_a_function]
      read       = ["lambda:GetEventSourceMapping"]
      change     = ["lambda:DeleteEventSourceMapping", "lambda:UpdateEventSourceMapping"]
    }

    NewPollersOfFunctions = {
      resources  = local.hub ? ["*"] : []
      regional   = true
      conditions = [local.of_a_function]
      read       = []
      change     = ["lambda:CreateEventSourceMapping"]
    }

    # Of tags alone AWS does not say which function the poller calls.
    TagsOfFunctionsAndPollers = {
      resources  = concat(local.hub ? [local.function_arn] : [], local.poller_arns)
      regional   = true
      conditions = []
      read       = ["lambda:ListTags"]
      change     = ["lambda:TagResource", "lambda:UntagResource"]
    }
  }

  managed_keys = {
    KeysOfTheHub = {
      resources  = local.key_arns
      regional   = true
      conditions = [local.tagged_as_hub]
      read       = ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags"]
      change = [
        "kms:CreateAlias", "kms:DeleteAlias", "kms:EnableKeyRotation", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion",
        "kms:TagResource", "kms:UntagResource", "kms:UpdateKeyDescription",
      ]
    }

    # Only a key that has no alias yet: else this tag would open every key of the account to the statement above.
    NewKeysOfTheHub = {
      resources = local.hub ? ["*"] : []
      regional  = true
      conditions = [
        { test = "StringEquals", variable = "aws:RequestTag/spot-failover", values = ["hub"] },
        { test = "Null", variable = "kms:ResourceAliases", values = ["true"] },
      ]
      read   = []
      change = ["kms:CreateKey", "kms:TagResource"]
    }

    NamesOfKeysOfTheHub = {
      resources  = local.hub ? ["${local.arns.kms}:alias/${local.name}-*"] : []
      regional   = true
      conditions = []
      read       = []
      change     = ["kms:CreateAlias", "kms:DeleteAlias"]
    }

    # The provider asks which key DynamoDB encrypts with where none is named.
    TheKeyOfDynamoDb = {
      resources  = local.key_arns
      regional   = true
      conditions = [{ test = "StringEquals", variable = "kms:RequestAlias", values = ["alias/aws/dynamodb"] }]
      read       = ["kms:DescribeKey"]
      change     = []
    }
  }

  # The chat integration has its endpoints in regions of its own.
  managed_chat = {
    ChatChannels = {
      resources  = local.hub ? ["arn:${local.partition}:chatbot::${local.account_id}:chat-configuration/slack-channel/${local.name}-*"] : []
      regional   = false
      conditions = []
      read       = []
      change     = ["chatbot:DeleteSlackChannelConfiguration", "chatbot:TagResource", "chatbot:UpdateSlackChannelConfiguration"]
    }

    NewChatChannels = {
      resources  = local.hub ? ["*"] : []
      regional   = false
      conditions = []
      read       = ["chatbot:DescribeSlackChannelConfigurations", "chatbot:ListTagsForResource"]
      change     = ["chatbot:CreateSlackChannelConfiguration", "chatbot:UntagResource"]
    }
  }

  managed_roles = {
    Roles = {
      resources  = local.role_arns
      regional   = false
      conditions = []
      read = [
        "iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole",
        "iam:ListRolePolicies",
      ]
      change = ["iam:TagRole", "iam:UntagRole"]
    }

    # Whoever may write any policy into a role, and pass the role on, may do anything.
    RolesWithTheBoundary = {
      resources  = local.role_arns
      regional   = false
      conditions = [local.bounded]
      read       = []
      change = [
        "iam:CreateRole", "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy",
        "iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription",
      ]
    }

    UseOfRolesByServices = {
      resources = [local.role_arns[0]]
      regional  = false
      conditions = [{
        test     = "StringEquals"
        variable = "iam:PassedToService"
        values   = concat(["scheduler.amazonaws.com"], local.hub ? ["chatbot.amazonaws.com", "lambda.amazonaws.com"] : [], local.spoke ? ["events.amazonaws.com"] : [])
      }]
      read   = []
      change = ["iam:PassRole"]
    }
  }
  role_arns = concat(
    ["arn:${local.partition}:iam::${local.account_id}:role/${local.name}-*"],
    local.spoke ? ["arn:${local.partition}:iam::${local.account_id}:role/${var.name_prefix}CentralSpotAutomationRole"] : [],
  )
}
