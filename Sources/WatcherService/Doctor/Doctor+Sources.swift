import Curl
import WatcherCore

extension Doctor {
    /// Whether each upstream can be read, and is what the configuration says.
    func upstreams() async -> [Diagnostic] {
        var findings: [Diagnostic] = []
        for (name, upstream) in setup.config.upstreams.sorted(by: { $0.key < $1.key }) {
            findings.append(await self.upstream(name, upstream))
        }
        return findings
    }

    private func upstream(_ name: String, _ upstream: Config.Upstream) async -> Diagnostic {
        let subject = "upstream \(name)"
        let client: any SourceClient
        var redactor: Redactor
        do throws(AppContext.Failure) {
            let registry = setup.registryClient(http, try setup.generalNetwork())
            redactor = try setup.tokenRedactor()
            let source = try setup.sourceClient(
                name, upstream.source.base, http, try setup.githubClient(http), registry)
            for secret in source.masks { redactor.add(secret) }
            client = source.client
        } catch {
            return .failed(subject, error.lines.joined(separator: "; "), hint: error.hint)
        }
        switch await client.identify().0 {
        case .failure(let failure): return .failed(subject, redactor.mask(failure))
        case .success(let identity) where identity.isArchived:
            return .warning(subject, "\(upstream.repository) is archived: there will be no more releases")
        case .success(let identity) where identity.fullName.lowercased() != upstream.repository.lowercased():
            return .warning(
                subject, "\(upstream.repository) has moved to \(identity.fullName)",
                hint: "write the new name into the configuration")
        case .success: break
        }
        switch await client.check(isSweep: false, etag: nil).0 {
        case .failed(let failure): return .failed(subject, redactor.mask(failure))
        case .list(let list) where list.releases.isEmpty:
            let isOnGitHub = upstream.source.account == nil
            return .warning(
                subject, "\(upstream.repository) has no releases",
                hint: isOnGitHub
                    ? "if it has tags alone, follow these: \"git\": \"https://github.com/\(upstream.repository)\"" : nil
            )
        case .list(let list):
            return .ok(
                subject, "\(upstream.repository), first on the list: \(list.releases[0].tag.cleanedLine(limit: 100))")
        case .unchanged: return .ok(subject, upstream.repository)
        }
    }
}
