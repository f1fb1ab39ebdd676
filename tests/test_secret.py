"""What is secret is shown nowhere: planted markers are looked for in all that a run prints, writes and keeps."""

from __future__ import annotations

import base64
import json

import pytest
from kit import asklint, held, scene, setup

from asklint import engine, report, secret, tree
from asklint.finding import Report
from asklint.source import Source

# One secret of each sort, each on or beside lines that findings and fixes show.
LEAKY = """\
apiVersion: v1
kind: Secret
metadata: {name: s, name: t}
data:
  a: TUFSS0VSLWRhdGE=
  a: MARKER-data-2
stringData:
  plain: MARKER-string
  number: 77001122334455
  text: |
    MARKER-block-1
      MARKER-block-2
  "quoted": "MARKER\\x2dquoted"
  alias: *nowhere
---
apiVersion: v1
kind: Secret
metadata: {name: s, name: t}
data:
  a: MARKER-data-1
  a: MARKER-data-2
  a: MARKER-data-3
stringData: {b: MARKER-flow-1, b: MARKER-flow-2}
---
apiVersion: v1
kind: Pod
metadata:
  name: web
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{"MARKER-applied": 1}'
    kubectl.kubernetes.io/last-applied-configuration: '{"MARKER-applied": 2}'
    k8s.aliyun.com/eci-image-cache: 1
spec:
  hostNetwork: true
  containers:
    - name: web
      image: registry.example/web:1
      args: ["--token=MARKER-argument", "--password=MARKER-argument"]
      args: ["--token=MARKER-argument", --password=MARKER-argument-2]
      env:
        - {name: DB_PASSWORD, value: MARKER-env-1, value: MARKER-env-2}
        - name: API_TOKEN
          value: 88001122334455
          value: "MARKER-env-3"
        - name: URL
          value: mysql://root:MARKER-url@db:3306/
          value: mysql://root:MARKER-url-2@db:3306/
        - name: KEY_ID
          value: LTAI5tMARKERMARKERMARKER
          value: LTAI5tMARKERMARKERMARKER2
      volumeMounts: [{name: oss, mountPath: /oss}]
  volumes:
    - name: oss
      flexVolume:
        driver: alicloud/oss
        options:
          bucket: b
          url: oss-cn-hangzhou.aliyuncs.com
          akId: 99001122334455
          akSecret: MARKER-ak
          akSecret: MARKER-ak-2
          akid: MARKER-misspelt
          aksecret: 66001122334455
          otherOpts: 12
---
apiVersion: v1
kind: SecretList
items:
  - metadata: {name: s, name: t}
    data:
      a: MARKER-list-1
      a: MARKER-list-2
"""
JSON = json.dumps(
    {
        "apiVersion": "v1",
        "kind": "List",
        "items": [
            {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": {"a": "MARKER-json"}},
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": "p"},
                "spec": {
                    "hostNetwork": True,
                    "containers": [
                        {
                            "name": "web",
                            "image": "registry.example/web:1",
                            "env": [
                                {"name": "PASSWORD", "value": "MARKER-json"},
                                {"name": "TOKEN", "value": 55001122334455},
                            ],
                        }
                    ],
                },
            },
        ],
    }
)  # on one line, so that every finding shows it all
MARKS = ("MARKER", "TUFSS0VS", "1122334455", base64.b64encode(b"MARKER").decode()[:7])


def leaks(text: str) -> list[str]:
    return [line for line in text.splitlines() if any(mark in line for mark in MARKS)]


@pytest.fixture
def leaky(tmp_path):
    files = {f"{index:02}.yaml": LEAKY for index in range(16)}  # enough for the cache
    return scene(tmp_path / "leaky", {**files, "one.json": JSON})


@pytest.mark.parametrize("style", list(report.FORMATS))
def test_no_format_shows_it(leaky, style):
    done = asklint("check", "--format", style, ".", cwd=leaky)
    assert done.returncode == 1, done.stderr
    assert "flexvolume-option" in done.stdout  # there was something to show
    assert not leaks(done.stdout + done.stderr)
    one = asklint("check", "--format", style, "one.json", cwd=leaky)
    assert "host-network" in one.stdout
    assert not leaks(one.stdout + one.stderr)


def test_no_diff_shows_it(leaky):
    """Neither in changed lines nor in those around them, old or new."""
    for words in (("--unsafe",), ()):
        done = asklint("fix", "--diff", *words, ".", cwd=leaky)
        assert '+          akId: "•••"\n' in done.stdout
        assert "-          akId: •••\n" in done.stdout
        assert "•••" in done.stdout
        assert not leaks(done.stdout + done.stderr)
    stream = asklint("fix", "--diff", "--unsafe", "-", cwd=leaky, stdin=LEAKY)
    assert "-  hostNetwork: true\n" in stream.stdout
    assert not leaks(stream.stdout + stream.stderr)


def test_no_report_of_a_fix_shows_it(leaky):
    for style in report.FORMATS:
        done = asklint("fix", "--unsafe", "--check", "--format", style, ".", cwd=leaky)
        assert not leaks(done.stdout + done.stderr)
    fixed = asklint("fix", "--unsafe", ".", cwd=leaky)
    assert not leaks(fixed.stdout + fixed.stderr)
    text = held(leaky)["00.yaml"]
    assert 'akId: "99001122334455"' in text  # the file itself keeps what it had
    assert "•••" not in text


def test_cache_does_not_keep_it(leaky, tmp_path):
    done = asklint("check", ".", cwd=leaky, env={"XDG_CACHE_HOME": str(tmp_path / "cache")})
    assert done.returncode == 1
    kept = list((tmp_path / "cache").rglob("findings.sqlite*"))
    assert kept
    for file in kept:
        content = file.read_bytes()
        assert not [mark for mark in MARKS if mark.encode() in content]


def test_error_output_does_not_show_it(leaky):
    """Not even what is told of asklint's own faults, and of files that cannot be read."""
    broken = "import sys\nif 'check' in sys.argv:\n    from asklint import ask\n    ask._without_replaced = None\n"
    scene(leaky, {"site/sitecustomize.py": broken})
    done = asklint("check", "00.yaml", cwd=leaky, env={"PYTHONPATH": str(leaky / "site")})
    assert done.returncode == 3
    assert not leaks(done.stdout + done.stderr)


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: v1\nkind: Secret\nstringData:\n  a: MARKER: MARKER\n",
        "apiVersion: v1\nkind: Secret\nstringData:\n  a: |\n    MARKER\n\tMARKER\n",
        "apiVersion: v1\nkind: Secret\nstringData:\n  a:\n  - MARKER\n  MARKER\n",
        '{"apiVersion": "v1", "kind": "Secret", "stringData": {"a": "MARKER" "MARKER"}}',
        'apiVersion: v1\nkind: "Secret"\nstringData: {a: "MARKER\n',
        "apiVersion: v1\nkind: Pod\npassword: MARKER: MARKER\n",
        "apiVersion: v1\nkind: Pod\ntoken: !!int MARKER\n",
        "apiVersion: v1\nkind: Secret\ndata: {a: !!int MARKER}\n",
        "apiVersion: v1\nkind: Secret\ndata: {a: &MARKER 1, a: *MARKER2}\n",
        "apiVersion: v1\nkind: Secret\ndata: {a: !MARKER MARKER}\n",
        "apiVersion: v1\nkind: Secret\ndata:\n  a: 'MARKER\n  b: MARKER'\n  c: \"\\q MARKER\"\n",
        'kind: Secret\napiVersion: v1\nstringData: {"MARKER" "MARKER"}\n',
    ],
)
@pytest.mark.parametrize("style", list(report.FORMATS))
def test_broken_text_does_not_show_it(text, style):
    checked = engine.check(Source("broken.yaml", text), setup())
    shown = report.render(style, Report("ask", checked.findings, 1, 1))
    assert not leaks(shown), shown


@pytest.mark.parametrize(
    "name",
    [
        *(
            "PASSWORD",
            "DB_PASSWORD",
            "MYSQL_ROOT_PASSWORD",
            "PASSWORD_1",
            "PGPASSWORD",
            "passwd",
            "DB_PASS",
            "passphrase",
        ),
        *(
            "TOKEN",
            "GITHUB_TOKEN",
            "token2",
            "ACCESS_TOKEN_V2",
            "SECRET",
            "client-secret",
            "SECRET_KEY",
            "clientSecret",
        ),
        *("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "accessKeyId", "ACCESSKEY"),
        *("akId", "akSecret", "ak", "sk", "AK", "ak_id", "ALIYUN_AK_SECRET", "apiKey", "API_KEY", "private-key"),
        *("credentials", "connectionString", "CONNECTION_STRING", ".dockerconfigjson", "MYSQL_PWD", "secret_id"),
    ],
)
def test_secret_names(name):
    assert secret.is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *("secretName", "secretRef", "SECRET_NAME", "tokenPath", "PASSWORD_FILE", "passwordSecretName", "tokenTTL"),
        *("expirationSeconds", "tokenExpirationSeconds", "SECRET_NAMESPACE", "tokenType", "password_policy"),
        *("publicKey", "key", "name", "value", "image", "bypass", "compass-url", "task", "disk", "keypair", "break"),
    ],
)
def test_other_names(name):
    assert not secret.is_secret_name(name) or name == "bypass"  # pass$ takes it; masking too much harms nobody


def masked(text: str) -> str:
    return secret.masked(text)


def test_masked_keeps_lines_keys_and_quotes():
    text = "kind: Secret\napiVersion: v1\nstringData:\n  a: \"x1y\"  # why\n  b: |\n    one\n    two\n  c: 'z'\n"
    assert masked(text) == (
        "kind: Secret\napiVersion: v1\nstringData:\n  a: \"•••\"  # why\n  b: •••\n•••\n•••\n  c: '•••'\n"
    )


def test_what_is_no_secret_stays():
    text = LEAKY.replace("kind: Secret\n", "kind: ConfigMap\n")
    assert "MARKER-data-1" in masked(text.split("---")[1])
    plain = (
        "apiVersion: v1\nkind: Pod\nspec:\n  automountServiceAccountToken: false\n  volumes:\n"
        "    - {name: t, secret: {secretName: web-token}}\n  containers:\n    - env:\n"
        "        - {name: COLOR, value: blue}\n        - {name: TOKEN, valueFrom: {secretKeyRef: {name: a, key: token}}}\n"
    )
    assert masked(plain) == plain


def test_alias_of_a_secret_hides_what_it_stands_for():
    text = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: &p hunter2, labels: &l {a: b}}\n"
        "spec:\n  containers:\n    - env: [{name: PASSWORD, value: *p}]\n---\n"
        "x: &common {data: {k: hunter3}}\nkind: Secret\napiVersion: v1\nstringData: {<<: {z: hunter4}}\n<<: *common\n"
    )
    shown = masked(text)
    assert "hunter" not in shown
    assert "labels: &l {a: b}" in shown


def test_list_of_secrets():
    text = "apiVersion: v1\nkind: SecretList\nitems:\n  - data: {a: hunter2}\n    metadata: {name: s}\n"
    assert masked(text) == text.replace("hunter2", "•••")
    text = "apiVersion: v1\nkind: List\nitems:\n- kind: Secret\n  apiVersion: v1\n  data: {a: hunter2}\n"
    assert masked(text) == text.replace("hunter2", "•••")


def test_words_are_hidden_wherever_they_turn_up():
    (document,) = tree.read(
        'kind: Secret\nstringData: {a: "hunter\\x32", b: |\n  first line\n  second\n, c: x}\n'.replace(
            "|\n  first line\n  second\n", "two"
        )
    )
    hidden = secret.hidden(document)
    assert hidden.without("it was hunter2 or 'hunter\\x32'") == "it was ••• or '•••'"
    assert hidden.without("an x is nothing") == "an x is nothing"


def test_message_of_a_rule_does_not_say_it():
    text = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  volumes:\n  - name: v\n    flexVolume:\n"
        "      driver: alicloud/oss\n      options: {bucket: b, url: u, akId: 123123123123, akSecret: [hunter2]}\n"
    )
    for finding in engine.check(Source("a.yaml", text), setup("flexvolume-option")).findings:
        told = repr(finding)
        assert "123123123123" not in told
        assert "hunter2" not in told
