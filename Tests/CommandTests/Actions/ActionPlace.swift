import TestSupport
import Testing
import WatcherCore

/// Where one kind of action acts: what has been begun there, and what happens to the next job that comes.
protocol ActionPlace: Sendable {
    /// All that had an effect, in its order, repetitions included.
    var begun: [ActionBegun] { get }
    /// Programs that were started there and have not ended.
    var leftovers: [Int32] { get }

    func next(_ mood: ActionMood)
    /// Another configuration of the action, in which every tag has `changed-` in front.
    func change(_ world: World)
    func stop() async
}

extension ActionPlace {
    var leftovers: [Int32] { [] }

    func stop() async {}
}

struct ActionBegun: Sendable, Equatable {
    var job: String
    var tag: String
}

enum ActionMood: Sendable {
    /// It is done, and nobody ever says so.
    case silent
    /// It is done, and what is said about it does not arrive, or reads like an outage.
    case lost
    /// It is done, and said so after a second.
    case late
    /// It is not done, for a reason that passes.
    case outage
    /// It is not done, for good, and the reason repeats the action's secret.
    case refused
}

/// A kind of action under test: its key, and how a world gets one.
struct ActionSubject: Sendable, CustomTestStringConvertible {
    let key: String
    /// Which one, where there are several of a key.
    var variant = ""
    /// Whether a job of it is looked for before it is repeated: then it is begun once, else at least once.
    let isFound: Bool
    /// Whether it runs programs here.
    var isProgram = false
    let open: @Sendable (World) async throws -> any ActionPlace

    var name: String { key + variant }
    var testDescription: String { name }

    static let all = [
        ActionSubject(key: "workflowDispatch", isFound: true) { WorkflowPlace($0) },
        ActionSubject(key: "workflowDispatch", variant: ":forgejo", isFound: true) { try await ForgejoPlace($0) },
        ActionSubject(key: "imageBuild", isFound: true, isProgram: true) { try await BuildPlace($0) },
        ActionSubject(key: CommandAction.key, isFound: false, isProgram: true) { try CommandPlace($0) },
        ActionSubject(key: RepositoryDispatchAction.key, isFound: false) { EventPlace($0) },
        ActionSubject(key: GitLabPipelineAction.key, isFound: true) { try await PipelinePlace($0) },
        ActionSubject(key: RequestAction.key, isFound: false) { try await RequestPlace($0) },
    ]

    /// In a world of its own with the baseline of both upstreams.
    func test(
        in turnstile: Turnstile = World.turnstile, sourceLocation: SourceLocation = #_sourceLocation,
        _ body: (World, any ActionPlace) async throws -> Void
    ) async throws {
        try await withWorld(in: turnstile, sourceLocation: sourceLocation) { world async throws in
            world.set("actions.build-image.workflowDispatch", nil)
            world.environ("ACTION_TOKEN", Secrets.actionToken)
            let place = try await open(world)
            do {
                world.publishBaseline()
                _ = try await world.run("once")
                try await body(world, place)
            } catch {
                await place.stop()
                throw error
            }
            await place.stop()
        }
    }
}

extension World {
    /// Passes, with all times of the first job so far back that nothing has to be waited for, until nothing is left.
    func settle(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        for _ in 0..<12 {
            let output = try await run("once", sourceLocation: sourceLocation)
            #expect(output.status == 0, "\(output.out)\(output.err)", sourceLocation: sourceLocation)
            guard hasOpenWork else { return }
            if state["jobs"]?[0] != nil { try ageJob(by: 300) }
        }
        Issue.record("never quiet: \(String(decoding: state.bytes, as: UTF8.self))", sourceLocation: sourceLocation)
    }
}
