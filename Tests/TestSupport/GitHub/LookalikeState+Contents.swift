import Foundation

extension LookalikeState {
    /// The file of a workflow, as `contents` shows it: base64 with line breaks.
    func contents(_ call: LookalikeCall, _ repository: LookalikeRepository) -> ScriptedAnswer {
        guard let workflow = find(call.rest[3], repository), repository.refs.contains(call.query["ref"] ?? "main")
        else {
            return error(404, "Not Found")
        }
        let content = Data(workflow.text.utf8).base64EncodedString(options: [
            .lineLength64Characters, .endLineWithLineFeed,
        ])
        return .json(
            200,
            [
                "type": "file", "encoding": "base64", "name": .string(workflow.file),
                "path": .string(".github/workflows/\(workflow.file)"), "content": .string(content + "\n"),
            ])
    }
}

extension GitHubLookalike.Workflow {
    /// What the file would say.
    fileprivate var text: String {
        var lines = ["name: \(name)"]
        if let runName { lines.append("run-name: \"\(runName)\"") }
        lines += ["", "on:"]
        if !refsWithoutTrigger.contains("*") {
            lines += ["  workflow_dispatch:", "    inputs:"]
            for (name, input) in inputs.sorted(by: { $0.key < $1.key }) {
                lines += ["      \(name):", "        description: synthetic", "        required: \(input.isRequired)"]
                if let initial = input.initial { lines.append("        default: \"\(initial)\"") }
            }
        }
        lines += ["", "jobs:", "  build:", "    runs-on: ubuntu-24.04", "    steps:", "      - run: \"true\""]
        return lines.joined(separator: "\n") + "\n"
    }
}
