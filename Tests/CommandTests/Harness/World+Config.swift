import TestSupport

extension World {
    /// The contract's example, with the services of this world.
    static func config(github: String, state: String) -> WireJSON {
        [
            "stateFile": .string(state),
            "github": ["apiURL": .string(github), "token": ["env": "GITHUB_TOKEN"]],
            "network": ["proxy": ["env": "PROXY_URL"]],
            "heartbeat": ["url": ["env": "HEARTBEAT_URL"]],
            "upstreams": [
                "elabftw": ["github": .string(elabftw), "minimumVersion": "5.5.0"],
                "s6-overlay": [
                    "github": .string(overlay),
                    "requiredAssets": .array(requiredAssets.map { .string($0) }),
                    "assetDeadline": "2h",
                ],
            ],
            "actions": [
                "build-image": [
                    "upstreams": ["elabftw", "s6-overlay"],
                    "workflowDispatch": [
                        "repository": .string(builder), "workflow": .string(workflow), "ref": "main",
                        "inputs": [
                            "elabftw_version": "{{elabftw.tag}}", "s6_overlay_version": "{{s6-overlay.version}}",
                            "watcher_job": "{{job.id}}",
                        ],
                    ],
                ]
            ],
            "notifiers": [
                "hook": [
                    "webhook": [
                        "url": ["env": "HOOK_URL"], "secret": ["env": "HOOK_SECRET"],
                        "headers": ["X-Key": ["env": "HOOK_HEADER"]],
                    ]
                ],
                "team-chat": ["slack": ["url": ["env": "SLACK_URL"]]],
            ],
        ]
    }

    static let requiredAssets = ["noarch", "x86_64", "aarch64", "arm"].map { "s6-overlay-\($0).tar.xz" }
    static let assets = requiredAssets.map { GitHubLookalike.Asset($0) }

    /// Both upstreams with a release each, of which a first pass makes the baseline.
    func publishBaseline() {
        let yesterday = Self.ago(86_400)
        github.publish(Self.elabftw, "5.6.12", published: yesterday)
        github.publish(Self.overlay, "v3.2.3.2", published: yesterday, assets: Self.assets)
    }

    /// With nothing but one upstream and one receiver: for what has nothing to do with builds.
    func keepOneUpstream() {
        set("actions", nil)
        set("upstreams.s6-overlay", nil)
    }
}

extension WireJSON {
    /// Changes what is at a path through objects, which are made where there are none; nil removes it.
    mutating func set(_ path: [String], _ value: WireJSON?) {
        guard let first = path.first else { return }
        var members = object ?? [:]
        if path.count == 1 {
            members[first] = value
        } else {
            var inner = members[first] ?? [:]
            inner.set(Array(path.dropFirst()), value)
            members[first] = inner
        }
        self = .object(members)
    }

    /// The element of an array whose member has that value.
    func first(where member: String, is value: String) -> WireJSON? {
        array?.first { $0[member]?.string == value }
    }
}
