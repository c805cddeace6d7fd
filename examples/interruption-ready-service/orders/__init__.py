"""A web service that takes orders and a worker that reserves their goods. Either may be interrupted."""
