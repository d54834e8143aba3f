import FoundationEssentials
import WatcherCore

@testable import GitHubPages

/// All of them: `scripts/fuzz` runs each by its name.
let fuzzTargets: [FuzzTarget] = [
    FuzzTarget(
        "tag", lengthLimit: 260,
        seeds: [
            "v1.2.3", "RELEASE.2025-10-15T17-29-55Z", "4.0.19.2979-ls316", "@astrojs/starlight@0.41.7",
            "cmd/builder/v0.159.0", "jdk-21.0.12+12.1-ea-beta", "OpenSSL_1_1_1w", "1.0-3-gdeadbee",
            "2022.3.1b2\n2022.3.1f1",
            "3.12-alpine3.19\n3.12-alpine3.20", "5.14-2.0.0.5344-ls15\nrelease-1.5.0@1234",
        ], run: readTags),
    FuzzTarget(
        "github",
        seeds: [
            #"[{"id":1,"tag_name":"v1.0","name":null,"html_url":"https://e.example/1","draft":false,"prerelease":true,"#
                + #""published_at":"2026-01-01T00:00:00Z","assets":[{"name":"a","state":"uploaded","size":1}]}]"#
        ], run: readGitHub),
    source(
        "gitlab", #""gitlab": {"project": "g/p"}"#,
        [
            #"[{"tag_name":"v1","name":"n","released_at":"2026-01-01T00:00:00.000Z","upcoming_release":false,"#
                + #""_links":{"self":"https://gitlab.com/g/p/-/releases/v1"},"assets":{"links":[{"name":"a"}]}}]"#,
            #"{"id":1,"path_with_namespace":"g/p"}"#, #"{"message":"404 Not Found"}"#,
        ]),
    source(
        "forgejo", #""forgejo": {"server": "https://codeberg.org", "repository": "o/r"}"#,
        [
            #"[{"id":1,"tag_name":"v1","name":"","html_url":"https://codeberg.org/o/r/releases/tag/v1","draft":false,"#
                + #""prerelease":false,"published_at":"2026-01-01T00:00:00+01:00","assets":[{"name":"a","size":1}]}]"#,
            #"{"id":1,"full_name":"o/r"}"#,
        ]),
    source(
        "git", #""git": "https://git.example.org/r""#,
        [
            "003d" + String(repeating: "a", count: 40) + " refs/tags/v1.0\n0000",
            "001e# service=git-upload-pack\n0000004d" + String(repeating: "b", count: 40)
                + " refs/tags/v1.1\0agent=git\n0000", "000cERR none\n0000",
        ]),
    source(
        "json", #""json": {"url": "https://e.example/v", "at": "/info/version"}"#,
        [#"{"info":{"version":"1.0"}}"#, #"{"info":{"version":["1.0","2.0"]}}"#, #"{"info":{"version":{"1.0":[]}}}"#]),
    source(
        "json-each", #""json": {"url": "https://e.example/v", "at": "", "each": "/0/v~1"}"#,
        [#"[[{"v/":"1.0"}],[{"v/":"1.1"}]]"#]),
    source(
        "page", #""page": {"url": "https://e.example/v", "pattern": "app-(?<version>[0-9.]+)\\.tar\\.gz"}"#,
        [#"<a href="app-1.0.tar.gz">1.0</a> <a href="app-1.1.tar.gz">"#]),
    FuzzTarget(
        "registry",
        seeds: [
            #"{"manifests":[{"digest":"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","#
                + #""platform":{"os":"linux","architecture":"arm","variant":"v7"}}]}"#,
            #"{"os":"linux","architecture":"amd64","config":{"Labels":{"a":"b"}}}"#,
            #"Bearer realm="https://auth.example/token",service="r",scope="repository:a:pull""#,
            #"{"auths":{"r.example":{"auth":"dTpw"}},"credsStore":"x","credHelpers":{"a":"b"}}"#,
            "ghcr.io/owner/app:1.0", "http://r.example:5000/a/b__c:latest", #"{"tags":["1","2"]}"#,
        ], run: readRegistry),
    FuzzTarget("state", lengthLimit: 16_384, run: readState),
    FuzzTarget("configuration", lengthLimit: 16_384, run: readConfiguration),
    FuzzTarget(
        "template",
        seeds: [
            "{{app.tag}} {{ app.version }}{{app.major}}.{{app.minor}}{{app.slug}}{{app.line}}{{job.id}}{{job.highest}}",
            "{{upstream}} {{release.tag}} {{job.url}} {{text}} {{{{",
        ], run: readTemplate),
    FuzzTarget(
        "request",
        seeds: [
            #"{"trigger":{"action":"image","releases":{"app":{"tag":"1.0","url":"https://e.example","prerelease":false}}}}"#,
            #"{"retry":{"job":"w-1"}}"#, #"{"forget":{"id":"w-1"}}"#, #"{"approve":{"job":"w-1"}}"#,
            #"{"accept":{"upstream":"app"}}"#, #"{"checkNow":{}}"#,
        ], run: answerRequest),
    FuzzTarget(
        "pattern", lengthLimit: 600,
        seeds: [
            "(?<version>[0-9.]+)-of-.*\n1.0-of-2", "([0-9]+\\.?)+x\n1.0.0.0", "v[0-9]+(?!.*rc)\nv1", "(a|a)+$\naaaa",
        ],
        run: matchPattern),
    FuzzTarget(
        "time-zone", lengthLimit: 2048, seeds: ["CET-1CEST,M3.5.0,M10.5.0/3", "<+0330>-3:30", "EST5EDT,J60/2,300/26"],
        run: readTimeZone),
]
