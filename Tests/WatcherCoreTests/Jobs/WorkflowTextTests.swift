import Testing
import WatcherCore

@Suite("What doctor reads of a workflow's file")
struct WorkflowTextTests {
    @Test("inputs, what is required, and the run's name")
    func reads() {
        let text = WorkflowText(
            """
            # a comment: with a colon
            name: Build
            run-name: "Build [${{ inputs.watcher_job }}]"

            on:
              push:
                branches: [main]
              workflow_dispatch:
                inputs:
                  "version":
                    description: "of: the thing"
                    required: true
                  watcher_job:
                    required: false
                  channel:
                    required: true
                    default: stable
            jobs:
              build:
                steps:
                  - run: echo inputs
            """)
        #expect(text.inputs == ["version", "watcher_job", "channel"])
        #expect(text.required == ["version"])
        #expect(text.runName?.contains("inputs.watcher_job") == true)
    }

    @Test(
        "anything else shows no inputs",
        arguments: ["", "on: workflow_dispatch", ":", "on: [workflow_dispatch]", "\u{0}: :"])
    func nothing(_ text: String) {
        #expect(WorkflowText(text).inputs.isEmpty)
        #expect(WorkflowText(text).runName == nil)
    }
}
