/// The configuration that `watcher init` writes: valid as it is, and with the rest to be had by removing comments.
package enum StarterConfig {
    /// What is followed when nobody names anything.
    package static let exampleRepositories = ["elabftw/elabftw", "just-containers/s6-overlay"]

    /// The text of the file; `repositories` as OWNER/NAME.
    ///
    /// - Throws: what is wrong with the repositories.
    package static func text(repositories: [String]) throws(ConfigError) -> String {
        let list = repositories.map { "    " + JSONValue.string($0).text() }.joined(separator: ",\n")
        let upstreams = #"  "upstreams": ["# + "\n\(list)\n  ]\n}\n"
        let name = try ConfigReader.read(Array("{\n\(upstreams)".utf8)).get().config.upstreams
            .first { $0.value.repository == repositories.first }?.key
        return beginning(upstream: name ?? "app") + upstreams
    }

    private static func beginning(upstream: String) -> String {
        """
        // The configuration of watcher. "watcher validate" checks it, "watcher schema" describes every key.
        // Durations are strings: "90s", "15m", "1h30m", "1d".
        {
          // GitHub allows 60 requests an hour without a token, 5000 with one. Starting a workflow needs one.
          // "github": { "token": { "env": "GITHUB_TOKEN" } },

          // The time between two checks. Default: 15m without a token, 15s to 2m with one.
          // "poll": { "every": "15m" },

          // Keys for all upstreams and notifiers that do not set them.
          // "defaults": {
          //   "upstreams": { "minimumAge": "30m" },
          //   "notifiers": { "events": ["release", "failed", "attention"] }
          // },

          // Whom to notify. "watcher notify phone" sends a test message.
          // "notifiers": { "phone": { "ntfy": { "topic": "CHOOSE-A-LONG-NAME" } } },

          // What to start for a new release: here a workflow of GitHub Actions.
          // "actions": {
          //   "rebuild": {
          //     "upstreams": ["\(upstream)"],
          //     "workflowDispatch": {
          //       "repository": "OWNER/NAME", "workflow": "build.yaml", "ref": "main",
          //       "inputs": { "version": "{{\(upstream).version}}", "watcher_job": "{{job.id}}" }
          //     }
          //   }
          // },

          // The repositories whose releases are followed. One with settings of its own is written as an object:
          // "upstreams": { "\(upstream)": { "github": "OWNER/NAME", "prereleases": true } }

        """
    }
}
