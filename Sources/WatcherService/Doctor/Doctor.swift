package import Curl
import WatcherCore

/// Whether the mission can work here: looks at everything that a pass would need, and changes nothing.
///
/// What it does beyond reading: it asks registries for the beginning of an upload and never sends one, it asks GitHub to
/// start a workflow on a branch that cannot exist, and it builds an image of a few bytes for each platform, which is kept
/// nowhere.
package struct Doctor: Sendable {
    let setup: AppContext
    let http: HTTPClient
    let environment: [String: String]
    /// Whether notifiers are sent a test message.
    let sends: Bool

    package init(_ setup: AppContext, _ http: HTTPClient, sends: Bool) {
        self.setup = setup
        self.environment = setup.environment
        self.http = http
        self.sends = sends
    }

    /// Everything, each finding handed on as soon as it is there.
    package func examine(_ tell: (Diagnostic) -> Void) async {
        configuration().forEach(tell)
        state().forEach(tell)
        let usesGitHub =
            setup.config.github.isAuthorised || setup.config.upstreams.values.contains { $0.source.account == nil }
        if usesGitHub { for finding in await github() { tell(finding) } }
        for finding in await upstreams() { tell(finding) }
        for (name, action) in setup.config.actions.sorted(by: { $0.key < $1.key }) {
            switch action.work {
            case .workflowDispatch(let dispatch) where dispatch.server == .forgejo:
                for finding in await workflowOnForgejo(name, dispatch) { tell(finding) }
            case .workflowDispatch(let dispatch): for finding in await workflow(name, dispatch) { tell(finding) }
            case .imageBuild(let build): for finding in await docker(name, build) { tell(finding) }
            case .kind(let kind): for finding in await examine(name, kind) { tell(finding) }
            }
            for finding in await images(name, action) { tell(finding) }
        }
        for (name, notifier) in setup.config.notifiers.sorted(by: { $0.key < $1.key }) {
            tell(await receiver(name, notifier))
        }
    }

    private func examine(_ name: String, _ kind: AnyActionKind) async -> [Diagnostic] {
        do throws(AppContext.Failure) {
            let performer = try setup.performer(
                name, kind, http, try setup.generalNetwork(), try setup.githubClient(http), try setup.redactor())
            return await performer?.diagnose() ?? []
        } catch {
            return [.failed("actions.\(name)", error.lines.joined(separator: "; "), hint: error.hint)]
        }
    }

    // MARK: - Here

    private func configuration() -> [Diagnostic] {
        let warnings = setup.warnings.map { Diagnostic.warning("configuration", $0.description) }
        return warnings.isEmpty ? [.ok("configuration", "\(setup.path) is valid")] : warnings
    }

    private func state() -> [Diagnostic] {
        let file: StateFile
        do throws(AppContext.Failure) {
            file = try setup.stateFile(making: false)
            _ = try AppContext.load(file)
        } catch {
            return [.failed("state", error.lines.joined(separator: "; "), hint: error.hint)]
        }
        let probe = file.path + ".doctor"
        do throws(DurableFile.Failure) {
            try DurableFile.replace(probe, with: [0x0A])
            DurableFile.remove(probe)
        } catch {
            if error.isMissing, setup.config.stateFile == nil {
                return [.ok("state", "\(DurableFile.folder(of: file.path)) is created by the first pass")]
            }
            return [
                .failed(
                    "state", "\(error)", hint: "run it as the user that watcher runs as; is there space on the disk?")
            ]
        }
        return [.ok("state", "\(file.path) can be written")]
    }
}
