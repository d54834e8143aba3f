import Foundation
import Glibc
import TestSupport
import Testing

/// One blow to one pass with news for one kind of action, and what had become of it when all was quiet again.
struct CrashCase: Sendable {
    let action: ActionSubject
    let point: CrashPoint?
    /// The thread that was hit, and what the call was about; nil when nobody was.
    var hit: SystemCalls.Call?
    var status: Int32 = 0
    /// How many passes it took until there was nothing left to do.
    var passes = 0
    /// How often the action was begun, and for how many jobs.
    var begun = 0
    var jobs = 0
    var messages = 0
    /// What is wrong; empty when it is all as it should be.
    var faults: [String] = []
    var output = ""

    /// After so many passes there has to be quiet.
    static let mostPasses = 6
    /// How many worlds there may be at once: most of their time they wait.
    static let crowd = Turnstile(20)

    /// The statuses that a pass may end with: at once, after a kill, or because the state cannot be written or read.
    private var allowed: Set<Int32> {
        switch point?.blow {
        case .kill, nil: [0, 137]
        case .error, .errors: [0, 74, 78]
        }
    }

    /// A blow at a point, by strace.
    static func run(
        _ point: CrashPoint, of action: ActionSubject, onStateOnly: Bool = false
    ) async throws -> CrashCase {
        var result = CrashCase(action: action, point: point)
        try await action.test(in: crowd) { world, place in
            world.github.publish(World.elabftw, "5.6.13")
            let log = world.folder + "/strace.log"
            let output = try await world.run(
                "once", "--wait", wrapper: point.strace(log: log, paths: onStateOnly ? world.statePaths : [])
            )
            // A program that got to its end was not killed, whatever the log's last line is.
            if point.blow != .kill || output.status == 137 {
                result.hit = try SystemCalls(log: log, world: world).struck(point)
            }
            try await result.judge(world, place, output)
        }
        return result
    }

    /// A kill at a moment, whatever the program does then.
    static func run(killAfter moment: Duration, of action: ActionSubject) async throws -> CrashCase {
        var result = CrashCase(action: action, point: nil)
        try await action.test(in: crowd) { world, place in
            world.github.publish(World.elabftw, "5.6.13")
            let process = try world.start("once", "--wait")
            try await Task.sleep(for: moment)
            process.signal(SIGKILL)
            let output = try await world.end(process)
            try await result.judge(world, place, output)
        }
        return result
    }

    // MARK: - Judging

    private mutating func judge(_ world: World, _ place: any ActionPlace, _ first: Output) async throws {
        status = first.status
        output = first.out + first.err
        check(allowed.contains(status), "ended with \(status)")
        var isQuiet = false
        while !isQuiet, passes < Self.mostPasses {
            let before = place.begun.count
            let next = try await world.run("once", "--wait")
            passes += 1
            output += "— pass \(passes): \(next.status)\n" + next.out + next.err
            check(next.status == 0, "pass \(passes) ended with \(next.status)")
            isQuiet = next.isSilent && place.begun.count == before && !world.hasOpenWork
        }
        check(isQuiet, "no quiet after \(passes) passes")
        begun = place.begun.count
        jobs = Set(place.begun.map(\.job)).count
        messages = world.messages.count
        check(jobs == 1 && Set(place.begun.map(\.tag)) == ["5.6.13"], "begun: \(place.begun)")
        check(!action.isFound || begun == 1, "begun \(begun) times")
        check(place.leftovers.isEmpty, "programs that are left: \(place.leftovers)")
        check(world.lastSeen("elabftw") == "5.6.13", "last seen \(world.lastSeen("elabftw") ?? "nothing")")
        check(
            world.state["history"]?.array?.map { $0["phase"]?["ended"]?["_0"]?.string } == ["succeeded"],
            "the history is \(String(decoding: world.state["history"]?.bytes ?? [], as: UTF8.self))")
        let kinds = Dictionary(grouping: world.messages) { $0["type"]?.string ?? "?" }
        check(Set(kinds.keys) == ["release", "succeeded"], "told \(kinds.keys.sorted())")
        for (kind, messages) in kinds {
            let ids = Set(messages.map { $0["id"]?.string })
            check(ids.count == 1 && !ids.contains(nil), "\(kind) under the ids \(ids)")
        }
        let words = Set(world.sink.messages(world.slackPath).map(\.text))
        check(words.count == 2, "the chat was told \(words.count) things")
        let files = world.files().map(\.path).filter { !$0.hasPrefix("state.json.logs") }
        check(files == ["state.json", "state.json.lock"], "left behind: \(files)")
    }

    private mutating func check(_ holds: Bool, _ words: String) {
        if !holds { faults.append(words) }
    }
}

extension World {
    /// All that a save touches.
    var statePaths: [String] { [statePath, statePath + ".tmp", statePath + ".lock", folder + "/state"] }

    /// Whether the state holds jobs or messages that are not over.
    var hasOpenWork: Bool {
        let state = state
        return state["jobs"]?.array?.isEmpty != true || state["outbox"]?["messages"]?.array?.isEmpty != true
    }
}

extension SystemCalls {
    /// The call that a blow hit, if it hit one: for a kill the last of that number, else the first.
    func struck(_ point: CrashPoint) -> Call? {
        let possible = calls.filter { $0.name == point.call && $0.number == point.number }
        return point.blow == .kill ? possible.last : possible.first
    }
}
