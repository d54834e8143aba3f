/// A kind of action: its settings, and what a job of it does. A new kind is one file with a type that conforms and a line
/// in `actionKinds`, and one file with its `ActionPerformer` and a line in `actionPerformers`.
///
/// `workflowDispatch` and `imageBuild` are older and have commands and phases of their own.
package protocol ActionKind: Sendable, Equatable {
    associatedtype Target: ActionTarget

    /// The key in `actions.NAME`.
    static var key: String { get }
    /// What it does, a sentence for the schema and the reference.
    static var summary: String { get }

    /// Reads the settings. Nil when one is invalid, which is reported.
    init?(reading object: ConfigObject, _ surroundings: ActionSurroundings)

    /// Every secret among the settings, by its place below the key: `token`, `environment.NAME`.
    var secrets: [String: Secret] { get }
    /// Whose rate limit its requests count for.
    var account: ActionAccount { get }
    /// Everything that a job does, with the templates filled in. It is in the state before the job acts.
    func target(for job: JobContents) throws(ActionObjection) -> Target
}

/// All kinds that are only settings and a target. The configuration takes exactly one of these keys for an action, or one
/// of the two older ones.
package let actionKinds: [any ActionKind.Type] = [
    CommandAction.self, RepositoryDispatchAction.self, GitLabPipelineAction.self, RequestAction.self,
]

package enum ActionAccount: Sendable, Equatable {
    /// None that is known.
    case none
    /// That of the token of `github`.
    case github
    /// That of its own token.
    case own
}

/// What an action's reader has to know of the rest of the configuration.
package struct ActionSurroundings {
    /// The names of the upstreams; nil where they cannot be known, and then every name is valid.
    package var upstreams: Set<String>?
    package var github: Config.GitHub
}

/// Why a job cannot be begun: what the templates gave cannot be used.
package struct ActionObjection: Error, Sendable, Equatable {
    package var reason: String

    package init(_ reason: String) { self.reason = reason }
}

/// What is known of a job when its target is fixed.
package struct JobContents: Sendable {
    package var id: String
    package var isHighest: Bool
    /// By upstream.
    package var releases: [String: ReleaseReference]
    /// The API that `github` names.
    package var gitHubAPI: String

    package func render(_ template: Template) -> String {
        template.render(job: id, highest: isHighest, releases: releases)
    }
}

/// The settings of an action of any kind, as a value that can be compared.
package struct AnyActionKind: Sendable, Equatable {
    package let base: any ActionKind

    package init(_ base: any ActionKind) { self.base = base }

    package static func == (left: AnyActionKind, right: AnyActionKind) -> Bool { left.base.isEqual(to: right.base) }

    package var key: String { type(of: base).key }

    package func target(for job: JobContents) throws(ActionObjection) -> AnyActionTarget {
        AnyActionTarget(try base.anyTarget(for: job))
    }
}

extension ActionKind {
    package var account: ActionAccount { .none }

    fileprivate func isEqual(to other: any ActionKind) -> Bool { (other as? Self) == self }

    fileprivate func anyTarget(for job: JobContents) throws(ActionObjection) -> any ActionTarget {
        try target(for: job)
    }

    fileprivate static func decodeTarget(from decoder: any Decoder) throws -> any ActionTarget {
        try Target(from: decoder)
    }
}

/// What a job of a kind does, fixed when it begins and kept in the state file: it is carried out, looked for and followed
/// like this, whatever the configuration has come to say since.
package protocol ActionTarget: Sendable, Equatable, Codable {
    /// Of its kind.
    static var key: String { get }
    /// What to do when nobody knows whether it has been done.
    var recovery: ActionRecovery { get }
    /// Whether it takes as long as its own time limit. It is cut off at once when the program is to stop.
    var isLong: Bool { get }
    /// Whether the job stays with what it has started until that has ended.
    var follows: Bool { get }
    /// How long what was started may take, in seconds.
    var timeout: Int64 { get }
    /// How long it is looked for when the response was lost, in seconds.
    var lookup: Int64 { get }
}

extension ActionTarget {
    package var isLong: Bool { false }
    package var follows: Bool { false }
    package var timeout: Int64 { 0 }
    package var lookup: Int64 { 0 }

    fileprivate func isEqual(to other: any ActionTarget) -> Bool { (other as? Self) == self }
}

package enum ActionRecovery: Sendable, Equatable {
    /// It is done again: at least once.
    case repeated
    /// The job has failed: at most once.
    case failed
    /// It is looked for before anything is done again: exactly once.
    case lookedUp
}

/// A target of any kind, as it is in the state file: the kind's key, and what the kind makes of it.
package struct AnyActionTarget: Sendable, Equatable, Codable {
    package let base: any ActionTarget

    package init(_ base: any ActionTarget) { self.base = base }

    package var key: String { type(of: base).key }

    package static func == (left: AnyActionTarget, right: AnyActionTarget) -> Bool { left.base.isEqual(to: right.base) }

    private enum CodingKeys: String, CodingKey { case kind, target }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let key = try container.decode(String.self, forKey: .kind)
        guard let kind = actionKinds.first(where: { $0.key == key }) else {
            throw DecodingError.dataCorruptedError(
                forKey: .kind, in: container, debugDescription: "no kind of action is called \(key)")
        }
        base = try kind.decodeTarget(from: container.superDecoder(forKey: .target))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(key, forKey: .kind)
        try base.encode(to: container.superEncoder(forKey: .target))
    }
}
