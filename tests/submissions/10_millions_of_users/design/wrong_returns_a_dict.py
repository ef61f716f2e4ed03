# loses: design_check
# the numbers, but no Architecture
# asks: Which type does the text ask you to return?
def design(traffic):
    return {"web_servers": 99, "autoscale": False, "replicas": 3, "cache_gb": 208, "cdn": True}
