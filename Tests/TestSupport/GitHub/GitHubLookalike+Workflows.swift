import Foundation
import Synchronization

/// Workflows and their runs, as a test sets and moves them.
extension GitHubLookalike {
    /// Adds a workflow with `workflow_dispatch`, or replaces the one of that file, and returns its id.
    ///
    /// The defaults are those of a workflow whose runs carry the job's id in their titles.
    @discardableResult
    package func addWorkflow(
        _ fullName: String, _ file: String, name: String = "build image",
        inputs: [String: Input] = [
            "elabftw_version": .required, "s6_overlay_version": .required, "watcher_job": .optional,
        ],
        runName: String? = "build ${{ inputs.elabftw_version }} [${{ inputs.watcher_job }}]",
        jobs: [String] = ["build (linux/amd64)", "build (linux/arm64)", "build (linux/arm/v7)"],
        progress: Progress = .byHand
    ) -> Int {
        state.withLock { state in
            let workflow = Workflow(
                id: state.nextID(), repository: fullName, file: file, name: name, inputs: inputs, runName: runName,
                jobs: jobs, progress: progress)
            state.change(fullName) {
                $0.workflows.removeAll { $0.file == file }
                $0.workflows.append(workflow)
            }
            return workflow.id
        }
    }

    /// Such as `{ $0.state = "disabled_inactivity" }` or `{ $0.refsWithoutTrigger = ["*"] }`.
    package func editWorkflow(_ fullName: String, _ file: String, _ edit: (inout Workflow) -> Void) {
        state.withLock { state in
            state.change(fullName) { repository in
                for index in repository.workflows.indices where repository.workflows[index].file == file {
                    edit(&repository.workflows[index])
                }
            }
        }
    }

    /// 404 from then on, as after the file has gone from the default branch.
    package func removeWorkflow(_ fullName: String, _ file: String) {
        state.withLock { state in
            state.change(fullName) { $0.workflows.removeAll { $0.file == file } }
        }
    }

    // MARK: Runs

    /// All runs in the order in which they were started, of one repository, one workflow, or with a text in the title.
    package func runs(_ fullName: String? = nil, workflow: String? = nil, titled text: String? = nil) -> [Run] {
        state.withLock { state in
            state.runs.filter { run in
                (fullName.map { $0.lowercased() == run.repository.lowercased() } ?? true)
                    && (workflow.map { $0 == run.workflow } ?? true)
                    && (text.map { run.title.contains($0) } ?? true)
            }
        }
    }

    package func run(_ id: Int) -> Run? {
        state.withLock { state in state.runs.first { $0.id == id } }
    }

    /// A run that somebody else started: from the web page, by a push. Returns its id, nil for an unknown workflow.
    @discardableResult
    package func startRun(
        _ fullName: String, _ file: String, inputs: [String: String] = [:], ref: String = "main",
        event: String = "workflow_dispatch", title: String? = nil
    ) -> Int? {
        state.withLock { state in
            guard let id = state.names[fullName.lowercased()], let repository = state.repositories[id],
                let workflow = state.find(file, repository)
            else { return nil }
            return state.start(workflow, repository, ref: ref, inputs: inputs, event: event, title: title).id
        }
    }

    /// Queued becomes in progress, with all jobs.
    package func begin(_ runID: Int) {
        edit(runID) { run, now in run.begin(at: now) }
    }

    /// Ends a run; jobs named in `jobs` get their own conclusions, the others the run's.
    package func finish(_ runID: Int, _ conclusion: String = "success", jobs: [String: String] = [:]) {
        edit(runID) { run, now in run.complete(conclusion, jobConclusions: jobs, at: now) }
    }

    /// Any other change, such as a status that nobody knows.
    package func editRun(_ runID: Int, _ change: (inout Run) -> Void) {
        edit(runID) { run, now in
            run.updated = now
            change(&run)
        }
    }

    /// Runs again under the same id, with a higher `run_attempt`.
    package func rerun(_ runID: Int) {
        edit(runID) { run, now in
            run.attempt += 1
            run.status = "queued"
            run.conclusion = nil
            run.looks = 0
            run.updated = now
            for index in run.jobs.indices {
                run.jobs[index].status = "queued"
                run.jobs[index].conclusion = nil
            }
        }
    }

    /// Deleted: 404.
    package func removeRun(_ runID: Int) {
        state.withLock { state in state.runs.removeAll { $0.id == runID } }
    }

    private func edit(_ runID: Int, _ change: (inout Run, Date) -> Void) {
        state.withLock { state in
            let now = state.now
            for index in state.runs.indices where state.runs[index].id == runID { change(&state.runs[index], now) }
        }
    }
}
