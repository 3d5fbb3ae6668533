import pickle

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from mirakl_async import BearerToken, ClientCredentials, ConnectChannel, MarketplaceFront, Rate, errors, settings
from mirakl_async.operations import operations
from mirakl_async.order_sync.report import SyncReport
from mirakl_async.server_text import FieldError, Problem, read_problem
from mirakl_async.settings import credential, service_url, setting


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
def test_every_format_of_an_error_body_is_read(body, code, message, fields):
    problem = read_problem(body)
    assert (problem.code, problem.message) == (code, message)
    assert [error.field for error in problem.errors] == fields
    assert isinstance(str(problem), str)


def test_an_excerpt_is_short_and_hides_personal_data():
    problem = read_problem(
        b"<html><script>x()</script><b>Down</b> write to me@example.com, Bearer abc.def " + b"z" * 9999
    )
    assert problem.body_excerpt.startswith("Down write to ***, ***")
    assert len(problem.body_excerpt) <= 300


def test_the_class_tree_in_the_docstring_of_errors_is_correct():
    for name in (line.split("── ")[1].split()[0] for line in errors.__doc__.splitlines() if "── " in line):
        assert issubclass(getattr(errors, name), errors.MiraklError), name
    for name, kind in vars(errors).items():
        if isinstance(kind, type) and issubclass(kind, errors.MiraklError) and kind is not errors.MiraklError:
            assert f"── {name} " in errors.__doc__, name


CONTEXT = errors.CallContext(
    operation="OR11", route="GET /api/orders", attempts=(errors.Attempt(outcome="x", seconds=1),)
)
ANSWER = {"problem": Problem(code="C"), "headers": CIMultiDictProxy(CIMultiDict({"X-Request-Id": "r"}))}


@pytest.mark.parametrize(
    "error",
    [
        errors.ServerError(CONTEXT, status=503, request_id="r", **ANSWER),
        errors.RateLimited(CONTEXT, status=429, **ANSWER),
        errors.DeadlineExceeded("late", CONTEXT), errors.MaxWaitExceeded("held", CONTEXT, 3.0),
        errors.UnexpectedRedirect("moved", CONTEXT, "https://a.example"), errors.DecodeFailed("junk", CONTEXT, "$.a"),
        errors.OutcomeUnknown("lost", CONTEXT), errors.InvalidArgument("OR11", "max", "is too many"),
        errors.PartialFailure("some failed", [1]), errors.SyncFailed("404", SyncReport(read=1)),
        errors.TokenRefused("who?", "invalid_client"), errors.JobFailed("failed", "FAILED", "why"),
        errors.JobTimeout("not yet", "RUNNING"), errors.UnknownOperation("ZZ99"),
    ],
)  # fmt: skip
def test_an_error_can_be_pickled(error):
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
def test_valid_urls_are_accepted(url, result):
    assert service_url("url", url, "/base") == result


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example", "ftp://a", "a.example", "https://u:p@a.example", "https://a.example?x=secret", "",
        "https://[::1", "https://a.example:secret", "https://a.example:70000", "https://a.example:0", "https://a b",
    ],
)  # fmt: skip
def test_invalid_urls_are_rejected(url):
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
def test_an_invalid_url_is_shown_without_its_secrets(url, shown):
    with pytest.raises(errors.ConfigurationError) as raised:
        service_url("url", url)
    assert str(raised.value).endswith(f": {shown}")


def test_a_str_is_not_a_credential():
    with pytest.raises(errors.ConfigurationError, match=r"BearerToken\(\.\.\.\).*, not str$"):
        MarketplaceFront("https://acme.mirakl.net", auth="secret")


LOCAL = [
    lambda: MarketplaceFront("http://127.0.0.1:8080", auth=ClientCredentials("id", "secret")),
    lambda: MarketplaceFront("https://localhost/api"),
    lambda: ConnectChannel(connect_url="http://[::1]:8080", auth=ClientCredentials("id", "secret")),
    lambda: ConnectChannel(account_url="http://localhost:8080", environment="test"),
]


@pytest.mark.parametrize("client", LOCAL)
def test_client_credentials_for_a_local_host_are_not_sent_to_mirakls_host(client, monkeypatch):
    monkeypatch.setenv("MIRAKL_CLIENT_ID", "id")
    monkeypatch.setenv("MIRAKL_CLIENT_SECRET", "secret")
    with pytest.raises(errors.ConfigurationError, match=r"auth(-test)?\.mirakl\.net.*set MIRAKL_AUTH_URL") as raised:
        client()
    assert "secret" not in str(raised.value)
    monkeypatch.setenv("MIRAKL_AUTH_URL", "http://127.0.0.1:8080")
    client()


@pytest.mark.parametrize("client", LOCAL[1::2])
def test_client_credentials_from_variables_for_a_local_host_are_not_sent_to_mirakls_host(client, monkeypatch):
    monkeypatch.setenv("MIRAKL_TOKEN", "token")  # it is sent as it is, to that host alone
    client()
    monkeypatch.setenv("MIRAKL_CLIENT_ID", "id")
    monkeypatch.setenv("MIRAKL_CLIENT_SECRET", "secret")
    monkeypatch.setenv("MIRAKL_FRONT_URL", "http://127.0.0.1:8080")
    monkeypatch.setenv("MIRAKL_CONNECT_URL", "http://127.0.0.1:8080")
    for made in (MarketplaceFront, ConnectChannel):
        with pytest.raises(errors.ConfigurationError, match="http://127.0.0.1:8080"):
            made()
    assert MarketplaceFront(auth_url="https://auth.mirakl.net")  # a tunnel, if one says so


def test_a_custom_rate_of_an_unknown_operation_is_rejected():
    with pytest.raises(errors.ConfigurationError, match="rate_limits: .*upsertOrder'.*did you mean upsertOrders"):
        ConnectChannel(auth=BearerToken("t"), rate_limits={"upsertOrder": Rate(10)})


async def test_a_custom_rate_is_used_with_any_notation_of_its_code():
    async with ConnectChannel(auth=BearerToken("t"), rate_limits={"upsert_orders": Rate(10)}) as connect:
        _, pace = connect.session.transport.rate_limit_policy.bucket_for(operations["upsertOrders"])
    assert pace.limit == Rate(10)


FRONT = ("", "api")
CONNECT = (settings.CHANNEL_PLATFORM, "v1")
TOKEN = (settings.TOKEN_PATH, "")


@pytest.mark.parametrize(
    ("kind", "url", "result"),
    [
        (FRONT, "https://acme.mirakl.net/api", "https://acme.mirakl.net"),
        (FRONT, "https://acme.mirakl.net/api/", "https://acme.mirakl.net"),
        (FRONT, " HTTPS://ACME.Mirakl.NET:443//API// \n", "https://acme.mirakl.net"),
        (FRONT, "\ufeffhttps://acme.mirakl.net\r\n", "https://acme.mirakl.net"),
        (FRONT, "https://shop.example/gateway/api", "https://shop.example/gateway"),
        (FRONT, "https://shop.example:8443/", "https://shop.example:8443"),
        (FRONT, "http://[::1]:8080/api", "http://[::1]:8080"),
        (CONNECT, "https://miraklconnect.com", "https://miraklconnect.com/api/channel-platform"),
        (CONNECT, "https://miraklconnect.com/v1/", "https://miraklconnect.com/api/channel-platform"),
        (CONNECT, "https://miraklconnect.com/api", "https://miraklconnect.com/api/channel-platform"),
        (
            CONNECT,
            "https://miraklconnect.com/api/channel-platform/v1",
            "https://miraklconnect.com/api/channel-platform",
        ),
        (CONNECT, "https://gateway.example/mirakl/v1", "https://gateway.example/mirakl"),
        (TOKEN, "https://auth.mirakl.net//", "https://auth.mirakl.net/oauth/token"),
        (TOKEN, "https://auth.mirakl.net/oauth/token/", "https://auth.mirakl.net/oauth/token"),
        (TOKEN, "https://auth.mirakl.net/oauth", "https://auth.mirakl.net/oauth/token"),
        (TOKEN, "https://login.example/oauth2/token", "https://login.example/oauth2/token"),
    ],
)
def test_repeated_parts_of_a_url_are_removed(kind, url, result):
    assert service_url("url", url, *kind) == result
    assert service_url("url", result, *kind) == result


@pytest.mark.parametrize(
    ("kind", "url", "words"),
    [
        (FRONT, "https://acme.mirakl.net/api/orders", "has an unknown path.*; use https://acme.mirakl.net$"),
        (FRONT, "https://acme.mirakl.net/mmp/operator", "has an unknown path"),
        (FRONT, "https://shop.example/api/orders/OR11", "has an unknown path"),
        (FRONT, "https://shop.example/../api", "has an unknown path"),
        (CONNECT, "https://miraklconnect.com/v1/orders", "use https://miraklconnect.com/api/channel-platform"),
        (CONNECT, "https://miraklconnect.com/api/channel-platform/v2", "has an unknown path"),
        (TOKEN, "https://auth.mirakl.net/oauth2/token", "use https://auth.mirakl.net/oauth/token"),
        (FRONT, "https://@acme.mirakl.net", "must not contain credentials"),
        (FRONT, "https://acme.mirakl.net?", "must not contain credentials, a query"),
        (FRONT, "https://acme.mirakl.net/#", "must not contain credentials, a query or a fragment"),
        (FRONT, "acme.mirakl.net/api", "not an absolute http"),
        (FRONT, "//acme.mirakl.net", "not an absolute http"),
        (FRONT, "https:acme.mirakl.net", "not an absolute http"),
        (FRONT, "https://acme.mirakl.net\\api", "not an absolute http"),
        (FRONT, "https://acme\n.mirakl.net", "not an absolute http"),
        (FRONT, "https://acme\0.mirakl.net", "not an absolute http"),
        (FRONT, "", "not an absolute http"),
        (FRONT, b"https://acme.mirakl.net", "must be a str, not bytes"),
        (FRONT, 5, "must be a str, not int"),
    ],
)
def test_other_paths_on_mirakls_hosts_are_rejected(kind, url, words):
    with pytest.raises(errors.ConfigurationError, match=f"^MY_URL .*{words}"):
        service_url("MY_URL", url, *kind)


def test_an_invalid_url_is_reported_by_its_setting(monkeypatch):
    token = BearerToken("t")
    with pytest.raises(errors.ConfigurationError, match="^auth_url "):
        ConnectChannel(auth=token, auth_url="https://auth.mirakl.net/token")
    for variable in ("MIRAKL_CONNECT_URL", "MIRAKL_ACCOUNT_URL", "MIRAKL_AUTH_URL"):
        with monkeypatch.context() as patched:
            patched.setenv(variable, "https://u:hidden@miraklconnect.com")
            with pytest.raises(errors.ConfigurationError, match=f"^{variable} ") as caught:
                ConnectChannel(auth=token)
            assert "hidden" not in str(caught.value)
    monkeypatch.setenv("MIRAKL_FRONT_URL", " https://acme.mirakl.net/api\n")
    assert MarketplaceFront(auth=token).session.base_url("front") == "https://acme.mirakl.net"
    with pytest.raises(errors.ConfigurationError, match="^url "):
        MarketplaceFront("", auth=token)


@pytest.mark.parametrize("name", ["MIRAKL_CLIENT_ID", "MIRAKL_CLIENT_SECRET", "MIRAKL_TOKEN", "MIRAKL_API_KEY"])
def test_a_secret_from_a_variable_or_a_file_is_checked_in_the_same_way(tmp_path, name):
    file = tmp_path / "secret"
    others = {"MIRAKL_CLIENT_ID": "id", "MIRAKL_CLIENT_SECRET": "other"} if "CLIENT" in name else {}
    for around in ("{}\n", "\ufeff{}\r\n", " {} "):
        file.write_bytes(around.format("hush").encode())
        for environ in ({name: around.format("hush")}, {name: " \n", f"{name}_FILE": str(file)}):
            kept = vars_of(credential(others | environ))
            assert "hush" in kept
            assert kept <= {"hush", "id", "other"}
    for inner in ("hu sh", "hu\nsh", "h\u00fcsh", "hu\0sh"):
        file.write_bytes(inner.encode())
        for environ in ({name: inner}, {name: "", f"{name}_FILE": str(file)}):
            with pytest.raises(errors.ConfigurationError, match=f"^{name} must be printable ASCII") as caught:
                credential(others | environ)
            assert "sh" not in str(caught.value).removeprefix(name)


def vars_of(credential):
    return {getattr(credential, slot) for slot in type(credential).__slots__}


def test_secrets_can_be_read_from_files(tmp_path):
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
    with pytest.raises(errors.ConfigurationError, match="it is not text"):
        setting("MIRAKL_TOKEN", {"MIRAKL_TOKEN_FILE": str(file)})


def test_environments_select_the_hosts():
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
def test_a_field_is_shown_once(field, message, words):
    assert str(FieldError(field=field, message=message)) == words
