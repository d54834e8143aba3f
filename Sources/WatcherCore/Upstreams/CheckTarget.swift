/// Where an upstream's releases are read.
///
/// Commands carry it and events echo it, so that a configuration that is reloaded in between can neither redirect a
/// request nor have its answer taken for another repository's.
package struct CheckTarget: Sendable, Hashable {
    package var upstream: String
    /// The root of the server's API.
    package var apiURL: String
    /// `OWNER/NAME`.
    package var repository: String

    package init(upstream: String, apiURL: String, repository: String) {
        self.upstream = upstream
        self.apiURL = apiURL
        self.repository = repository
    }
}

extension Config {
    /// Where an upstream is checked by this configuration; nil when it is not in it.
    package func checkTarget(of upstream: String) -> CheckTarget? {
        upstreams[upstream].map {
            CheckTarget(upstream: upstream, apiURL: github.apiURL, repository: $0.repository)
        }
    }
}
