/// The whole configuration, proven: a value of this type has no problem left in it.
///
/// Only `ConfigReader` makes one from a file; it collects every problem at once.
package struct Config: Sendable, Equatable {
    /// As written; nil means the default place, which depends on the environment.
    package var stateFile: String?
    package var poll = Poll()
    package var github = GitHub()
    package var network = Network()
    /// By name. Dictionaries, because order means nothing here; everything that must be repeatable sorts by name.
    package var upstreams: [String: Upstream] = [:]
    package var actions: [String: Action] = [:]
    package var notifiers: [String: Notifier] = [:]
    package var heartbeat: Heartbeat?
    /// Paths of the files that show the status, by the key of their format.
    package var outputs: [String: String] = [:]

    package init() {}

    package struct Poll: Sendable, Equatable {
        /// Seconds; nil means what `PollPace` makes of it.
        package var every: Int64?
        /// Percent of the interval, 0 to 50.
        package var jitter = 10
        /// Seconds between two looks at all pages.
        package var sweep: Int64 = 86_400

        package init() {}
    }

    package struct GitHub: Sendable, Equatable {
        package static let defaultURL = "https://api.github.com"
        /// Without a trailing slash.
        package var apiURL = defaultURL
        package var token: Secret?
        /// In place of `token`.
        package var app: GitHubApp?
        package var caFile: String?
        package var proxy: Secret?
        /// Requests in flight, 1 to 100.
        package var concurrency = 16
        package var requestsPerMinute = 800
        package var survey = Survey.auto

        package enum Survey: String, Sendable, CaseIterable { case auto, off }

        package init() {}
    }

    /// Applies to everything that has none of its own.
    package struct Network: Sendable, Equatable {
        package var caFile: String?
        package var proxy: Secret?

        package init() {}
    }

    package struct Heartbeat: Sendable, Equatable {
        package var url: Secret

        package init(url: Secret) { self.url = url }
    }

    package struct Upstream: Sendable, Equatable {
        package var source: AnySource
        /// The source's name: of GitHub, `OWNER/NAME`.
        package var repository: String { source.name }
        /// What stands before the version in the tags that are followed; nil: found at the first check.
        package var line: String?
        package var prereleases = false
        package var minimumVersion: Version?
        /// Whole-tag regular expressions, proven to compile.
        package var include: String?
        package var exclude: String?
        package var requiredAssets: [Glob] = []
        /// Seconds.
        package var assetDeadline: Int64 = 7200
        package var minimumAge: Int64 = 0
        package var onFirstSight = FirstSight.baseline
        /// Seconds; nil means `poll.every`.
        package var every: Int64?

        package init(_ source: any ReleaseSource) { self.source = AnySource(source) }

        package init(repository: String) { self.init(GitHubReleases(repository: repository)) }
    }

    package enum FirstSight: String, Sendable, CaseIterable {
        case baseline, act
        case buildIfMissing = "build-if-missing"
    }

    package struct Action: Sendable, Equatable {
        /// In the order as written, without repetition.
        package var upstreams: [String]
        package var releases = Releases.newest
        package var quietPeriod: Int64 = 0
        package var attempts = 3
        /// Whether a job waits until somebody approves it.
        package var approval = false
        /// Which changes start it.
        package var levels = Set(Version.Level.allCases)
        /// The action whose job for the same news has to succeed first.
        package var after: String?
        /// Nil: at any time.
        package var window: JobWindow?
        /// What the registry must hold after success; nil: for a build that is pushed its own tags, else nothing.
        package var verify: Verify?
        package var work: Work

        package init(upstreams: [String], work: Work) {
            self.upstreams = upstreams
            self.work = work
        }
    }

    package enum Releases: String, Sendable, CaseIterable { case newest, each }

    /// What an action does. The kind is the key in the file.
    package enum Work: Sendable, Equatable {
        case workflowDispatch(WorkflowDispatch)
        case imageBuild(ImageBuild)
        /// One of `actionKinds`.
        case kind(AnyActionKind)
    }

    /// Whose API starts a workflow.
    package enum WorkflowServer: String, Sendable, CaseIterable, Codable {
        case github
        /// Forgejo and Gitea.
        case forgejo

        /// Of the API of Forgejo and Gitea, below the server's address.
        package static let forgejoPath = "/api/v1"
    }

    package struct WorkflowDispatch: Sendable, Equatable {
        package var server = WorkflowServer.github
        package var repository: String
        /// A file name such as `build-image.yaml`.
        package var workflow: String
        package var ref: String
        package var inputs: [String: Template] = [:]
        /// Nil: that of `github`.
        package var token: Secret?
        package var apiURL: String?
        package var follow = true
        package var timeout: Int64 = 21_600
        package var lookup: Int64 = 180

        package init(repository: String, workflow: String, ref: String) {
            self.repository = repository
            self.workflow = workflow
            self.ref = ref
        }
    }
}

/// Where a secret comes from. The value itself is read when it is first needed, by the shell.
package enum Secret: Sendable, Hashable {
    case literal(String)
    case environment(String)
    case file(String)
    /// A file of that name in systemd's `$CREDENTIALS_DIRECTORY`.
    case credential(String)
}

extension Secret: CustomStringConvertible {
    /// Names the place, never the value: safe in errors and logs.
    package var description: String {
        switch self {
        case .literal: "a value in the configuration"
        case .environment(let name): "the environment variable \(name)"
        case .file(let path): "the file \(path)"
        case .credential(let name): "the credential \(name)"
        }
    }
}
