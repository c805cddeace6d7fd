output "service_ids" {
  description = "Keys of the registered services in the hub's state table."
  value = [
    module.protect_shop_frankfurt_web.service_id,
    module.protect_shop_frankfurt_api.service_id,
    module.protect_shop_frankfurt_worker.service_id,
    module.protect_shop_tokyo_web.service_id,
    module.protect_test_mumbai_test_cluster_service.service_id,
  ]
}

output "forwarding_dead_letter_queue_arns" {
  description = "Queues of the spokes that are empty in good health."
  value = [
    module.spoke_shop_frankfurt.dead_letter_queue_arn,
    module.spoke_shop_tokyo.dead_letter_queue_arn,
    module.spoke_test_mumbai.dead_letter_queue_arn,
  ]
}
