import Foundation
import Glibc
import TestSupport

/// A program that notes what it was started for, and then does what it is told in a file.
private struct NotingProgram: Sendable {
    /// With `begun`, a line for each effect: process, job, tag; and `mood` for the next start.
    let folder: String
    let path: String

    /// `facts` sets `job`, `tag` and `secret`, and defines what `act` does beyond a note; `passing` and `lasting` say and
    /// return what is a failure that passes and one that does not.
    init(_ world: World, named name: String, facts: String, passing: String, lasting: String) throws {
        folder = world.scratch + "/place"
        path = folder + "/bin/" + name
        try FileManager.default.createDirectory(atPath: folder + "/bin", withIntermediateDirectories: true)
        unsafe mkfifo(folder + "/never", 0o600)
        let script = """
            #!/bin/sh
            place='\(folder)'
            act() { echo "$$ $job $tag" >> "$place/begun"; }
            \(facts)
            mood=$(cat "$place/mood" 2>/dev/null); rm -f "$place/mood"
            case $mood in
            silent) act; exec cat "$place/never" ;;
            lost) act; \(passing) ;;
            late) act; sleep 1 ;;
            outage) \(passing) ;;
            refused) \(lasting) ;;
            *) act ;;
            esac
            """
        try Data(script.utf8).write(to: URL(filePath: folder + "/script"))
        // Copied by another process: a file that this one has open for writing, and with it whatever is started from here
        // at that moment, cannot be run ("Text file busy").
        let copy = try Spawn.start(
            ["install", "-m", "700", folder + "/script", path],
            environment: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"],
            .files(out: "/dev/null", err: "/dev/null"))
        guard Spawn.reap(copy) == 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    private var notes: [[String]] {
        let text = (try? String(contentsOfFile: folder + "/begun", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }.filter { $0.count == 3 }
    }

    var begun: [ActionBegun] { notes.map { ActionBegun(job: $0[1], tag: $0[2]) } }

    var leftovers: [Int32] {
        notes.compactMap { Int32($0[0]) }.filter { pid in
            FileManager.default.contents(atPath: "/proc/\(pid)/cmdline").map { !$0.isEmpty } ?? false
        }
    }

    func next(_ mood: ActionMood) {
        try? Data("\(mood)".utf8).write(to: URL(filePath: folder + "/mood"))
    }
}

/// Programs that `command` runs.
struct CommandPlace: ActionPlace {
    private let program: NotingProgram

    init(_ world: World) throws {
        program = try NotingProgram(
            world, named: "rebuild", facts: "job=$WATCHER_JOB tag=$1", passing: "exit 75",
            lasting: #"echo "not with $KEY"; exit 3"#)
        set(world, tag: "{{elabftw.tag}}")
    }

    private func set(_ world: World, tag: WireJSON) {
        world.set(
            "actions.build-image.command",
            ["argv": [.string(program.path), tag], "environment": ["KEY": ["env": "ACTION_TOKEN"]]])
    }

    func change(_ world: World) { set(world, tag: "changed-{{elabftw.tag}}") }

    var begun: [ActionBegun] { program.begun }
    var leftovers: [Int32] { program.leftovers }

    func next(_ mood: ActionMood) { program.next(mood) }
}

/// Builds by a stand-in for docker, which pushes to a registry of its own.
struct BuildPlace: ActionPlace {
    private let program: NotingProgram
    private let registry: RegistryLookalike

    init(_ world: World) async throws {
        program = try NotingProgram(
            world, named: "docker",
            facts: #"""
                for word in "$@"; do
                    case $word in
                    --tag=*) tag=${word##*:} ;;
                    --label=watcher.job=*) job=${word#--label=watcher.job=} ;;
                    --secret=*) eval "secret=\$${word##*env=}" ;;
                    esac
                done
                act() { echo "$job" > "$place/pushed/$tag"; echo "$$ $job $tag" >> "$place/begun"; }
                """#,
            passing: #"echo "ERROR: failed to solve: i/o timeout" >&2; exit 1"#,
            lasting: #"echo "ERROR: denied: not with $secret" >&2; exit 1"#)
        let pushed = program.folder + "/pushed"
        try FileManager.default.createDirectory(atPath: pushed, withIntermediateDirectories: true)
        registry = RegistryLookalike(folder: pushed)
        try await registry.start()
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        world.environ("PATH", program.folder + "/bin:" + path)
        set(world, tag: "{{elabftw.tag}}")
    }

    private func set(_ world: World, tag: String) {
        world.set(
            "actions.build-image.imageBuild",
            [
                "context": .string(program.folder), "platforms": ["linux/amd64"],
                "tags": [.string("\(registry.image):\(tag)")], "secrets": ["key": ["env": "ACTION_TOKEN"]],
            ])
    }

    func change(_ world: World) { set(world, tag: "changed-{{elabftw.tag}}") }

    var begun: [ActionBegun] { program.begun }
    var leftovers: [Int32] { program.leftovers }

    func next(_ mood: ActionMood) { program.next(mood) }

    func stop() async { await registry.stop() }
}
