/// The shape of one configuration file: what `ConfigValue` and `ConfigObject` find while `Config` is read from it.
///
/// Lives for one reading.
final class ConfigDocument {
    /// The services that a notifier may name.
    let notifierTypes: [any Notifier.Type]
    /// The kinds of actions beside the two older ones.
    let actionKinds: [any ActionKind.Type]
    /// The rules of a time zone by its name; nil for one that is not there.
    let timeZone: (String) -> TimeZoneRules?
    private(set) var problems: [ConfigProblem] = []
    private(set) var warnings: [ConfigProblem] = []
    /// Upstreams whose releases have no digest: `{{X.digest}}` of one would be nothing.
    var upstreamsWithoutDigest: Set<String> = []
    /// The lines that upstreams are configured to follow: their tags begin with that.
    var upstreamLines: [String: String] = [:]
    /// Whether no file is read, but what a file may hold.
    let isDescribing: Bool
    /// JSON Schemas of objects by the name of their kind, where those are asked for.
    private(set) var definitions: [String: JSONValue] = [:]
    private var omitted = 0
    private var searches = 0

    /// A file of one megabyte can hold half a million problems: nobody reads more than these.
    static let problemLimit = 1_000
    /// A search looks at each known name; a hostile file could ask for millions.
    static let searchLimit = 100

    init(
        notifierTypes: [any Notifier.Type], actionKinds: [any ActionKind.Type],
        timeZone: @escaping (String) -> TimeZoneRules? = { _ in .utc }, isDescribing: Bool = false
    ) {
        self.timeZone = timeZone
        self.notifierTypes = notifierTypes
        self.actionKinds = actionKinds
        self.isDescribing = isDescribing
    }

    /// Takes the problems of values that are read again for each object to which they apply, and have been reported.
    private(set) lazy var silenced = ConfigDocument(notifierTypes: notifierTypes, actionKinds: actionKinds)

    /// The problems, and as the last one how many more there are.
    var allProblems: [ConfigProblem] {
        guard let last = problems.last, omitted > 0 else { return problems }
        let rest = ConfigProblem(
            kind: .badValue, path: "$", position: last.position,
            found: "\(omitted) more problem\(omitted == 1 ? "" : "s") than the first \(Self.problemLimit)",
            expected: "none")
        return problems + [rest]
    }

    func report(_ problem: ConfigProblem) {
        guard !isDescribing else { return }
        if problem.kind == .advice {
            if warnings.count < Self.problemLimit { warnings.append(problem) }
        } else if problems.count < Self.problemLimit {
            problems.append(problem)
        } else {
            omitted += 1
        }
    }

    /// The known name that was probably meant.
    func nearest(to name: String, among known: some Sequence<String>) -> String? {
        guard searches < Self.searchLimit else { return nil }
        searches += 1
        return Suggestion.nearest(to: name, among: known)
    }

    /// Whether objects of this kind are described already.
    func knows(_ kind: String) -> Bool { definitions[kind] != nil }

    func define(_ kind: String, _ schema: JSONValue) { definitions[kind] = schema }
}
