"""Prints AWS's managed policies, as moto has them, by name as one JSON object: name to document."""
import json
import sys

from moto.iam.aws_managed_policies import aws_managed_policies_data

json.dump({name: policy["Document"] for name, policy in json.loads(aws_managed_policies_data).items()}, sys.stdout)
