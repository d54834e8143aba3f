import Foundation
import TestSupport
import Testing

@Suite("Workflows of the lookalike") struct WorkflowTests {
    static let path = "/repos/o/r/actions/workflows/w.yaml/dispatches"
    static let body = """
        {"ref":"main","inputs":{"elabftw_version":"5.6.13","s6_overlay_version":"3.2.3.2","watcher_job":"w-abc"}}
        """
    static let old = ["Authorization": "Bearer t", "X-GitHub-Api-Version": "2022-11-28"]
    static let new = ["Authorization": "Bearer t", "X-GitHub-Api-Version": "2026-03-10"]

    @Test("version 2026-03-10 answers with the run, and its title carries the job") func current() async throws {
        try await withGitHubLookalike { github async throws in
            github.addWorkflow("o/r", "w.yaml")
            let answer = try await github.post(Self.path, Self.body, Self.new)
            #expect(answer.status == 200)
            let run = try #require(github.runs(titled: "w-abc").first)
            #expect(answer.json?["workflow_run_id"] == .integer(run.id))
            #expect(answer.json?["run_url"] == .string("\(github.url)/repos/o/r/actions/runs/\(run.id)"))
            #expect(run.title == "build 5.6.13 [w-abc]")
            let json = try await github.get("/repos/o/r/actions/runs/\(run.id)", Self.new).json
            #expect(json?["display_title"] == "build 5.6.13 [w-abc]")
            #expect(json?["status"] == "queued")
            #expect(json?["conclusion"] == .null)
            #expect(json?["inputs"] == nil)
        }
    }

    @Test("version 2022-11-28 answers 204, or with the run when asked") func older() async throws {
        try await withGitHubLookalike { github async throws in
            github.addWorkflow("o/r", "w.yaml")
            let plain = try await github.post(Self.path, Self.body, Self.old)
            #expect(plain.status == 204)
            #expect(plain.body.isEmpty)
            let details = Self.body.replacing("\"main\"", with: "\"main\",\"return_run_details\":true")
            #expect(try await github.post(Self.path, details, Self.old).status == 200)
            let unknown = try await github.post(Self.path, details, Self.new)
            #expect(unknown.status == 422)
            #expect(
                unknown.json?["message"] == "Invalid request.\n\n\"return_run_details\" is not a permitted key.")
            github.configure { $0.actAsOldServer() }
            #expect(try await github.post(Self.path, details, Self.old).status == 422)
            #expect(try await github.post(Self.path, Self.body, Self.new).status == 400)
            #expect(try await github.post(Self.path, Self.body, Self.old).status == 204)
            #expect(github.runs("o/r", workflow: "w.yaml").count == 3)
        }
    }

    @Test(
        "a dispatch that GitHub would refuse starts nothing",
        arguments: [
            (#"{"ref":"nope"}"#, 422, "No ref found for: nope"),
            (#"{"ref":"main","inputs":{}}"#, 422, "Required input 'elabftw_version' not provided"),
            (#"{"ref":"main","inputs":{"b":"1","a":"1"}}"#, 422, #"Unexpected inputs provided: ["a", "b"]"#),
            (#"{"ref":"#, 400, "Problems parsing JSON"),
            (
                #"{"ref":"main","inputs":{"elabftw_version":""# + String(repeating: "x", count: 65_535) + #""}}"#, 422,
                "inputs are too large."
            ),
        ]) func refused(body: String, status: Int, message: String) async throws
    {
        try await withGitHubLookalike { github async throws in
            github.addWorkflow("o/r", "w.yaml")
            let answer = try await github.post(Self.path, body, Self.new)
            #expect(answer.status == status)
            #expect(answer.json?["message"] == .string(message))
            #expect(github.runs().isEmpty)
        }
    }

    @Test("a disabled workflow, one without the trigger, an unknown one and an archived repository start nothing")
    func states() async throws {
        try await withGitHubLookalike { github async throws in
            github.addWorkflow("o/r", "w.yaml")
            github.editWorkflow("o/r", "w.yaml") { $0.state = "disabled_inactivity" }
            let disabled = try await github.post(Self.path, Self.body, Self.new)
            #expect(disabled.json?["message"] == "Cannot trigger a 'workflow_dispatch' on a disabled workflow")
            let workflow = try await github.get("/repos/o/r/actions/workflows/w.yaml")
            #expect(workflow.json?["state"] == "disabled_inactivity")
            github.editWorkflow("o/r", "w.yaml") {
                $0.state = "active"
                $0.refsWithoutTrigger = ["main"]
            }
            let untriggered = try await github.post(Self.path, Self.body, Self.new)
            #expect(untriggered.json?["message"] == "Workflow does not have 'workflow_dispatch' trigger")
            github.archive("o/r")
            #expect(try await github.post(Self.path, Self.body, Self.new).status == 403)
            github.removeWorkflow("o/r", "w.yaml")
            #expect(try await github.post(Self.path, Self.body, Self.new).status == 404)
            #expect(try await github.post(Self.path + "/", Self.body, Self.new).status == 404)
            #expect(github.runs().isEmpty)
        }
    }

    @Test("a list is filtered, newest first, and shows a run only after its lag") func list() async throws {
        try await withGitHubLookalike { github async throws in
            github.addWorkflow("o/r", "w.yaml")
            github.configure { $0.runListLag = .lists(2) }
            let first = github.startRun("o/r", "w.yaml", title: "one")
            let list = "/repos/o/r/actions/workflows/w.yaml/runs?event=workflow_dispatch&branch=main&per_page=20"
            for seen in [0, 0, 1] {
                #expect(try await github.get(list).json?["total_count"] == .integer(seen))
            }
            github.configure {
                $0.runListLag = .seconds(30)
                $0.clockOffset = .seconds(3600)
            }
            let since = github.now.ISO8601Format().replacing(":", with: "%3A")
            let second = github.startRun("o/r", "w.yaml", title: "two")
            github.startRun("o/r", "w.yaml", event: "push", title: "three")
            #expect(try await github.get(list).json?["workflow_runs"]?[0]?["id"]?.integer == first)
            github.configure { $0.clockOffset = .seconds(3640) }
            let both = try await github.get(list).json
            #expect(both?["total_count"] == 2)
            #expect(both?["workflow_runs"]?[0]?["id"]?.integer == second)
            let recent = try await github.get(list + "&created=%3E%3D" + since).json
            #expect(recent?["workflow_runs"]?.array?.map { $0["display_title"] } == ["two"])
        }
    }

    @Test("a run goes on by itself when its workflow says so, after so many looks that find nothing")
    func looks() async throws {
        try await withGitHubLookalike { github async throws in
            github.configure { $0.looksBeforeRunExists = 1 }
            github.addWorkflow("o/r", "w.yaml", progress: .afterLooks(3, conclusion: "startup_failure"))
            let id = try #require(github.startRun("o/r", "w.yaml"))
            var seen: [WireJSON?] = []
            for _ in 0..<3 {
                let json = try await github.get("/repos/o/r/actions/runs/\(id)").json
                seen.append(json?["conclusion"] == .null ? json?["status"] : json?["conclusion"])
            }
            #expect(seen == [nil, "in_progress", "startup_failure"])
            #expect(github.run(id)?.looks == 3)
        }
    }

    @Test("a test ends a run by hand, each job with its own conclusion, and runs it again") func byHand() async throws {
        try await withGitHubLookalike { github async throws in
            github.addWorkflow("o/r", "w.yaml")
            let id = try #require(github.startRun("o/r", "w.yaml"))
            github.begin(id)
            #expect(try await github.get("/repos/o/r/actions/runs/\(id)").json?["status"] == "in_progress")
            github.finish(id, "failure", jobs: ["build (linux/amd64)": "success"])
            let jobs = try await github.get("/repos/o/r/actions/runs/\(id)/jobs?filter=latest").json
            #expect(jobs?["total_count"] == 3)
            #expect(jobs?["jobs"]?.array?.map { $0["conclusion"] } == ["success", "failure", "failure"])
            #expect(jobs?["jobs"]?[2]?["name"] == "build (linux/arm/v7)")
            github.rerun(id)
            let again = try await github.get("/repos/o/r/actions/runs/\(id)").json
            #expect(again?["run_attempt"] == 2)
            #expect(again?["status"] == "queued")
            github.removeRun(id)
            #expect(try await github.get("/repos/o/r/actions/runs/\(id)").status == 404)
        }
    }
}
