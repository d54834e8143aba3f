package import Foundation

extension GitHubLookalike {
    /// A workflow file on the default branch.
    package struct Workflow: Sendable {
        package var id: Int
        package var repository: String
        package var file: String
        package var name: String
        /// `active`, `disabled_manually`, `disabled_inactivity`, …
        package var state = "active"
        package var inputs: [String: Input]
        /// With `${{ inputs.NAME }}`, `${{ github.event.inputs.NAME }}`, `${{ github.ref_name }}`; nil: the name.
        package var runName: String?
        /// The jobs of each run, such as `build (linux/arm/v7)`.
        package var jobs: [String]
        package var progress: Progress
        /// Refs on which the file has no `workflow_dispatch`; `*`: nowhere.
        package var refsWithoutTrigger: Set<String> = []
    }

    /// An input that a workflow declares.
    package struct Input: Sendable {
        package var isRequired: Bool
        package var initial: String?

        package static let required = Input(isRequired: true)
        package static let optional = Input(isRequired: false)
        package static func optional(_ initial: String) -> Input { Input(isRequired: false, initial: initial) }
    }

    /// How a new run goes on.
    package enum Progress: Sendable {
        /// It stays queued until the test moves it.
        case byHand
        /// In progress at the first look (at `actions/runs/ID`), ended at the nth, in that answer already.
        case afterLooks(Int, conclusion: String)
        /// In progress at once, ended so many seconds after it was created, by the lookalike's clock.
        case afterSeconds(Double, conclusion: String)
    }

    package struct Run: Sendable, Equatable {
        package let id: Int
        package let repository: String
        package let workflow: String
        /// What `run-name` made of the inputs: `display_title`.
        package let title: String
        package let inputs: [String: String]
        package let event: String
        package let ref: String
        package let number: Int
        package let created: Date
        package var attempt = 1
        /// `queued`, `in_progress`, `completed`, `waiting`, or a word that nobody knows yet.
        package var status = "queued"
        /// `success`, `failure`, `cancelled`, `timed_out`, `startup_failure`, …; nil until completed.
        package var conclusion: String?
        package var jobs: [RunJob]
        package var updated: Date
        /// Answers to `actions/runs/ID`, 404 included.
        package internal(set) var looks = 0
        /// Lists of the workflow's runs that were answered since the run was created.
        package internal(set) var lists = 0
    }

    /// One job of a run: with a matrix, one platform.
    package struct RunJob: Sendable, Equatable {
        package let id: Int
        package let name: String
        package var status = "queued"
        package var conclusion: String?
    }
}

extension GitHubLookalike.Run {
    mutating func begin(at now: Date) {
        guard status == "queued" else { return }
        status = "in_progress"
        updated = now
        for index in jobs.indices { jobs[index].status = "in_progress" }
    }

    /// Jobs named in `jobConclusions` get theirs, the others the run's.
    mutating func complete(_ conclusion: String, jobConclusions: [String: String] = [:], at now: Date) {
        status = "completed"
        self.conclusion = conclusion
        updated = now
        for index in jobs.indices {
            jobs[index].status = "completed"
            jobs[index].conclusion = jobConclusions[jobs[index].name] ?? conclusion
        }
    }

    func json(api: String, repository object: WireJSON, workflowID: Int) -> WireJSON {
        let base = "\(api)/repos/\(repository)"
        let commit = "7638417db6d59f3c431d3e1f261cc637155684cd"
        return [
            "id": .integer(id), "node_id": .string("WFR_synthetic_\(id)"), "name": .string(workflow),
            "head_branch": .string(ref), "head_sha": .string(commit), "path": .string(".github/workflows/\(workflow)"),
            "display_title": .string(title), "run_number": .integer(number), "run_attempt": .integer(attempt),
            "event": .string(event), "status": .string(status), "conclusion": conclusion.map { .string($0) } ?? .null,
            "workflow_id": .integer(workflowID), "check_suite_id": .integer(id + 1),
            "url": .string("\(base)/actions/runs/\(id)"),
            "html_url": .string("https://github.com/\(repository)/actions/runs/\(id)"),
            "pull_requests": [], "referenced_workflows": [],
            "created_at": .string(created.iso8601), "updated_at": .string(updated.iso8601),
            "run_started_at": .string(created.iso8601),
            "actor": GitHubLookalike.Account.maintainer.json,
            "triggering_actor": GitHubLookalike.Account.maintainer.json,
            "jobs_url": .string("\(base)/actions/runs/\(id)/jobs"),
            "logs_url": .string("\(base)/actions/runs/\(id)/logs"),
            "check_suite_url": .string("\(base)/check-suites/\(id + 1)"),
            "artifacts_url": .string("\(base)/actions/runs/\(id)/artifacts"),
            "cancel_url": .string("\(base)/actions/runs/\(id)/cancel"),
            "rerun_url": .string("\(base)/actions/runs/\(id)/rerun"),
            "previous_attempt_url": attempt > 1 ? .string("\(base)/actions/runs/\(id)/attempts/\(attempt - 1)") : .null,
            "workflow_url": .string("\(base)/actions/workflows/\(workflowID)"),
            "head_commit": [
                "id": .string(commit), "tree_id": .string(commit), "message": "Synthetic commit",
                "timestamp": .string(created.iso8601), "author": ["name": "A", "email": "a@example.org"],
                "committer": ["name": "A", "email": "a@example.org"],
            ],
            "repository": object,
            "head_repository": object,
        ]
    }

    func jobsJSON(api: String) -> WireJSON {
        let list = jobs.map { job -> WireJSON in
            [
                "id": .integer(job.id), "run_id": .integer(id), "run_attempt": .integer(attempt),
                "run_url": .string("\(api)/repos/\(repository)/actions/runs/\(id)"),
                "node_id": .string("CR_synthetic_\(job.id)"), "head_sha": "7638417db6d59f3c431d3e1f261cc637155684cd",
                "url": .string("\(api)/repos/\(repository)/actions/jobs/\(job.id)"),
                "html_url": .string("https://github.com/\(repository)/actions/runs/\(id)/job/\(job.id)"),
                "status": .string(job.status), "conclusion": job.conclusion.map { .string($0) } ?? .null,
                "created_at": .string(created.iso8601), "started_at": .string(created.iso8601),
                "completed_at": job.conclusion == nil ? .null : .string(updated.iso8601),
                "name": .string(job.name), "steps": [], "labels": ["ubuntu-latest"], "workflow_name": .string(workflow),
                "check_run_url": .string("\(api)/repos/\(repository)/check-runs/\(job.id)"),
                "runner_id": 1, "runner_name": "synthetic", "runner_group_id": 1, "runner_group_name": "synthetic",
                "head_branch": .string(ref),
            ]
        }
        return ["total_count": .integer(list.count), "jobs": .array(list)]
    }
}
