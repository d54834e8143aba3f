package import Curl
package import WatcherCore

extension AppContext {
    /// Clients of all upstreams, with every secret read; their secrets are added to the redactor.
    func sourceClients(
        _ http: HTTPClient, _ github: GitHubClient, _ registry: RegistryClient, _ redactor: inout Redactor
    ) throws(Failure) -> SourceClients {
        var others: [AnySource: any SourceClient] = [:]
        for (name, upstream) in config.upstreams.sorted(by: { $0.key < $1.key }) where upstream.source.account != nil {
            let (client, masks) = try sourceClient(name, upstream.source.base, http, github, registry)
            for secret in masks { redactor.add(secret) }
            others[upstream.source] = client
        }
        return SourceClients(github: github, others: others)
    }

    /// The client of one source, and what must be masked.
    package func sourceClient(
        _ name: String, _ source: any ReleaseSource, _ http: HTTPClient, _ github: GitHubClient,
        _ registry: RegistryClient
    ) throws(Failure) -> (client: any SourceClient, masks: [String]) {
        let values = try sourceValues(name, source)
        let network = try generalNetwork()
        let client: any SourceClient =
            switch source {
            case let releases as GitHubReleases: GitHubReleasesClient(github, releases.repository)
            case let image as ImageTags: ImageTagsClient(image, registry)
            case let web as any WebSource:
                WebSourceClient(
                    web, values, http, network: network, pace: paces.pace(Core.AccountKey(AnySource(web)), config))
            default: preconditionFailure("\(type(of: source)) is read by no client")
            }
        return (client, source.masks(values))
    }

    /// The values of a source's secrets.
    func sourceValues(_ name: String, _ source: any ReleaseSource) throws(Failure) -> SecretValues {
        try SecretValues(of: source.secrets) { (secret: Secret) throws(Failure) -> String in
            try read(secret, "upstreams.\(name).\(type(of: source).key)")
        }
    }
}
