"""Asks an implementation of IAM's policy evaluation that is not ours.

The argument is the name of the engine; `solver` is iamprover, asked about patterns of resources. A case stands on each line of the input, as JSON; its answers stand on a line of the output: for each request true
(allowed), false (denied), "failed" where the engine raises an error, or null where it has no way to be asked.
"""
import json
import re
import sys


def moto_answers(case):
    """moto 5.2.1: each document by itself, as `check_action_permitted` of moto combines them."""
    documents = [IAMPolicy(json.dumps(document)) for document in case["identity"]]

    def answer(request):
        try:
            results = [document.is_action_permitted(request["action"], request["resource"]) for document in documents]
        except re.error:
            return "failed"
        return PermissionResult.DENIED not in results and PermissionResult.PERMITTED in results

    return [answer(request) for request in case["requests"]]


# Keys that ministack takes from the caller, and not from what the call says of itself.
CALLER_KEYS = ("aws:principalarn", "aws:sourceip", "aws:requestedregion", "aws:securetransport", "aws:tagkeys")


def ministack_answers(case):
    layers = [[iam_evaluator.parse_policy_document(document) for document in case["identity"]]]
    if "boundary" in case:
        layers.append([iam_evaluator.parse_policy_document(case["boundary"])])

    def answer(request):
        context = {key.lower(): value for key, value in request["context"].items()}
        secure = context["aws:securetransport"]
        call = iam_evaluator.EvalContext(
            principal_arn=context["aws:principalarn"],
            principal_type="User",
            principal_account="123456789012",
            action=request["action"],
            resource_arn=request["resource"],
            region=context["aws:requestedregion"],
            source_ip=context["aws:sourceip"],
            secure_transport=secure,
            tag_keys=context["aws:tagkeys"],
            service_context={key: value for key, value in context.items() if key not in CALLER_KEYS},
        )
        return iam_evaluator.evaluate(call, *layers).decision == "Allow"

    return [answer(request) for request in case["requests"]]


def with_texts(document):
    """iamprover reads conditions whose values are texts; booleans and numbers are written as JSON writes them."""
    written = json.loads(json.dumps(document))
    statements = written["Statement"] if isinstance(written["Statement"], list) else [written["Statement"]]
    for keys in (keys for statement in statements for keys in statement.get("Condition", {}).values()):
        for key, values in keys.items():
            listed = values if isinstance(values, list) else [values]
            keys[key] = [value if isinstance(value, str) else json.dumps(value) for value in listed]
    return written


def iamprover_answers(case):
    """The formula of a case is made once, and then decided for each request. It has no way to say that a key is missing, or that an address is of IPv6."""
    policies = [parse_policy_document("identity", with_texts(document)) for document in case["identity"]]
    boundary = parse_policy_document("boundary", with_texts(case["boundary"])) if "boundary" in case else None
    action, resource, context = z3.String("action"), z3.String("resource"), Context()
    formula = allowed(Principal("arn:aws:iam::123456789012:user/ann", policies, None, boundary), action, resource, context)

    def answer(request):
        given = {key.lower(): value for key, value in request["context"].items()}
        pairs = [(action, z3.StringVal(request["action"].lower())), (resource, z3.StringVal(request["resource"]))]
        for key, variable in context.string_vars.items():
            if not isinstance(given[key], str):
                return None
            pairs.append((variable, z3.StringVal(given[key])))
        if context.ip_var is not None:
            address = given["aws:sourceip"]
            if address is None or ":" in address:
                return None
            pairs.append((context.ip_var, z3.BitVecVal(int(ipaddress.IPv4Address(address)), 32)))
        decided = z3.simplify(z3.substitute(formula, *pairs))
        if not (z3.is_true(decided) or z3.is_false(decided)):
            raise ValueError(f"not decided: {decided}")
        return z3.is_true(decided)

    return [answer(request) for request in case["requests"]]


def without_conditions(document):
    statements = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
    return {"Statement": [{name: member for name, member in one.items() if name != "Condition"} for one in statements]}


# What the solver may spend on a question, in a unit of its own that is the same on every machine.
SOLVER_LIMIT = 1_000_000


def solver_answers(case):
    """Whether any resource that the pattern of a request matches is allowed, conditions left out; null where the solver does not find out."""
    policies = [parse_policy_document("identity", without_conditions(document)) for document in case["identity"]]
    boundary = parse_policy_document("boundary", without_conditions(case["boundary"])) if "boundary" in case else None
    principal = Principal("arn:aws:iam::123456789012:user/ann", policies, None, boundary)

    def answer(request):
        resource, solver = z3.String("resource"), z3.Solver()
        solver.set("rlimit", SOLVER_LIMIT)
        solver.add(allowed(principal, z3.StringVal(request["action"].lower()), resource, Context()))
        solver.add(matches_any(resource, [request["resource"]]))
        found = solver.check()
        return None if found == z3.unknown else found == z3.sat

    return [answer(request) for request in case["requests"]]


engine = sys.argv[1]
if engine == "moto":
    from moto.iam.access_control import IAMPolicy, PermissionResult

    answers = moto_answers
elif engine == "ministack":
    from ministack.core import iam_evaluator

    answers = ministack_answers
elif engine in ("iamprover", "solver"):
    import ipaddress

    import z3
    from iamprover.engine.context import Context
    from iamprover.engine.encoder import allowed
    from iamprover.engine.patterns import matches_any
    from iamprover.model import Principal
    from iamprover.parsers.iam import parse_policy_document

    answers = iamprover_answers if engine == "iamprover" else solver_answers
else:
    sys.exit(f"no engine {engine}")

for line in sys.stdin:
    print(json.dumps(answers(json.loads(line))))
