import pickle

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from mirakl_async import BearerToken, ConnectChannel, MarketplaceFront, Rate, errors, settings
from mirakl_async.operations import operations
from mirakl_async.problems import FieldError, Problem, read_problem
from mirakl_async.settings import credential, service_url, setting
from mirakl_async.sync.report import Report


@pytest.mark.parametrize(
    ("body", "code", "message", "fields"),
    [
        (b'{"code":"DATA_NOT_FOUND","message":"m","errors":[{"message":"x","field":"input.id","extensions":{"a":1}}]}',
         "DATA_NOT_FOUND", "m", ["input.id"]),
        (b'{"status":404,"message":"no such order","correlationId":"c1"}', None, "no such order", []),
        (b'{"errors":[{"code":"INVALID","field":"files","message":"bad"},{"message":"worse"}]}', None, None, ["files", None]),
        (b'{"error":"invalid_client","error_description":"who?"}', "invalid_client", "who?", []),
        (b'[{"message":"first","field":"a"}]', None, None, ["a"]),
        (b'{"errors":["just words"]}', None, None, [None]),
        (b"", None, None, []), (b"null", None, None, []), (b"\xff\xfe", None, None, []), (b"3", None, None, []),
        (b"[" * 5000, None, None, []), (b'{"code":7,"message":{"nested":1}}', "7", None, []),
    ],
)  # fmt: skip
def test_every_shape_of_an_error_body(body, code, message, fields):
    problem = read_problem(body)
    assert (problem.code, problem.message) == (code, message)
    assert [error.field for error in problem.errors] == fields
    assert isinstance(str(problem), str)


def test_an_excerpt_is_short_and_keeps_private_what_is():
    problem = read_problem(
        b"<html><script>x()</script><b>Down</b> write to me@example.com, Bearer abc.def " + b"z" * 9999
    )
    assert problem.excerpt.startswith("Down write to ***, ***")
    assert len(problem.excerpt) <= 300


def test_the_tree_at_the_top_of_errors_is_the_tree():
    for name in (line.split("── ")[1].split()[0] for line in errors.__doc__.splitlines() if "── " in line):
        assert issubclass(getattr(errors, name), errors.MiraklError), name
    for name, kind in vars(errors).items():
        if isinstance(kind, type) and issubclass(kind, errors.MiraklError) and kind is not errors.MiraklError:
            assert f"── {name} " in errors.__doc__, name


CONTEXT = errors.Context(operation="OR11", route="GET /api/orders", attempts=(errors.Attempt(outcome="x", seconds=1),))
ANSWER = {"problem": Problem(code="C"), "headers": CIMultiDictProxy(CIMultiDict({"X-Request-Id": "r"}))}


@pytest.mark.parametrize(
    "error",
    [
        errors.ServerError(CONTEXT, status=503, request_id="r", **ANSWER),
        errors.RateLimited(CONTEXT, status=429, **ANSWER),
        errors.DeadlineExceeded("late", CONTEXT), errors.WaitTooLong("held", CONTEXT, 3.0),
        errors.UnexpectedRedirect("moved", CONTEXT, "https://a.example"), errors.DecodeFailed("junk", CONTEXT, "$.a"),
        errors.OutcomeUnknown("lost", CONTEXT), errors.InvalidArgument("OR11", "max", "is too many"),
        errors.PartialFailure("some failed", [1]), errors.SyncStopped("404", Report(read=1)),
        errors.TokenRefused("who?", "invalid_client"), errors.JobFailed("failed", "FAILED", "why"),
        errors.JobUnfinished("not yet", "RUNNING"), errors.UnknownOperation("ZZ99"),
    ],
)  # fmt: skip
def test_an_error_gets_from_one_process_to_another(error):
    error.resume_from = "cursor"
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert (str(again), again.args, again.resume_from) == (str(error), error.args, "cursor")
    assert vars(again) == vars(error)


@pytest.mark.parametrize(
    ("url", "result"),
    [
        ("https://a.example", "https://a.example/base"),
        ("https://a.example/", "https://a.example/base"),
        ("https://a.example/own/", "https://a.example/own"),
        ("http://127.0.0.1:80", "http://127.0.0.1:80/base"),
        ("http://localhost", "http://localhost/base"),
        ("http://[::1]:8", "http://[::1]:8/base"),
    ],
)
def test_urls_that_can_be_used(url, result):
    assert service_url("url", url, "/base") == result


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example", "ftp://a", "a.example", "https://u:p@a.example", "https://a.example?x=secret", "",
        "https://[::1", "https://a.example:secret", "https://a.example:70000", "https://a.example:0", "https://a b",
    ],
)  # fmt: skip
def test_urls_that_cannot(url):
    with pytest.raises(errors.ConfigurationError) as raised:
        service_url("url", url)
    assert "secret" not in str(raised.value)
    assert "u:p" not in str(raised.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("a.example", "'a.example'"),
        ("a.example/shop?x=secret", "'a.example/shop'"),
        ("ftp://u:secret@a.example/shop?x=secret", "ftp://a.example/shop"),
        ("user:secret@a.example", "(not shown)"),
    ],
)
def test_a_url_that_cannot_be_used_is_shown_without_its_secrets(url, shown):
    with pytest.raises(errors.ConfigurationError) as raised:
        service_url("url", url)
    assert str(raised.value).endswith(f": {shown}")


def test_a_credential_is_none_of_the_other_things_it_could_be_taken_for():
    with pytest.raises(errors.ConfigurationError, match=r"BearerToken\(\.\.\.\).*, not str$"):
        MarketplaceFront("https://acme.mirakl.net", auth="secret")


def test_a_rate_of_ones_own_is_for_an_operation_that_there_is():
    with pytest.raises(errors.ConfigurationError, match="rates: .*upsertOrder'.*did you mean upsertOrders"):
        ConnectChannel(auth=BearerToken("t"), rates={"upsertOrder": Rate(10)})


async def test_a_rate_of_ones_own_is_kept_however_its_code_is_spelt():
    async with ConnectChannel(auth=BearerToken("t"), rates={"upsert_orders": Rate(10)}) as connect:
        _, pace = connect.transport.allowances.of(operations["upsertOrders"])
    assert pace.limit == Rate(10)


def test_secrets_may_lie_in_files(tmp_path):
    file = tmp_path / "secret"
    file.write_text("from-file\n")
    environ = {"MIRAKL_CLIENT_ID": "id", "MIRAKL_CLIENT_SECRET_FILE": str(file)}
    assert setting("MIRAKL_CLIENT_SECRET", environ) == "from-file"
    assert repr(credential(environ)) == "ClientCredentials(***)"
    assert repr(credential({"MIRAKL_TOKEN": "t"})) == "BearerToken(***)"
    assert repr(credential({"MIRAKL_API_KEY": "k"})) == "ApiKey(***)"
    with pytest.raises(errors.ConfigurationError, match="MIRAKL_CLIENT_SECRET is not set"):
        credential({"MIRAKL_CLIENT_ID": "id"})
    with pytest.raises(errors.ConfigurationError, match="no credentials"):
        credential({})
    with pytest.raises(errors.ConfigurationError, match="cannot be read"):
        setting("MIRAKL_TOKEN", {"MIRAKL_TOKEN_FILE": str(tmp_path / "none")})
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(errors.ConfigurationError, match="it is no text"):
        setting("MIRAKL_TOKEN", {"MIRAKL_TOKEN_FILE": str(file)})


def test_environments():
    assert settings.hosts("test").auth == "https://auth-test.mirakl.net"
    with pytest.raises(errors.ConfigurationError, match="production"):
        settings.hosts("staging")
    with pytest.raises(errors.ConfigurationError, match="maximum"):
        settings.rate_usage("fast")


@pytest.mark.parametrize(
    ("field", "message", "words"),
    [
        ("orders[1].quantity", "orders[1].quantity must be an integer", "orders[1].quantity must be an integer"),
        ("orders[1].quantity", "must be an integer", "orders[1].quantity: must be an integer"),
        (None, "must be an integer", "must be an integer"),
        ("orders[1]", "", "orders[1]"),
    ],
)
def test_a_field_is_named_once(field, message, words):
    assert str(FieldError(field=field, message=message)) == words
