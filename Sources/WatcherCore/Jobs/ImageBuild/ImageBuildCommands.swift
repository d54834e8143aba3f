// What is asked of docker and of registries.

extension Command {
    /// One build, from templates that have been filled in. It is in the state from the job's beginning on; the values of
    /// its secrets are not.
    package struct Build: Sendable, Hashable, Codable {
        package var job: String
        package var action: String
        /// For the log's name: 1 for the first.
        package var attempt: Int
        package var context: String
        package var platforms: [String]
        package var buildArgs: [String: String]
        package var tags: [String]
        package var labels: [String: String]
        /// An image with this job's label may be there already, complete: then nothing is built.
        package var mayBeThere: Bool
        package var dockerfile: String?
        package var builder: String?
        package var push = true
        /// Seconds.
        package var timeout: Int64 = 10_800

        package init(
            job: String, action: String, attempt: Int, context: String, platforms: [String],
            buildArgs: [String: String], tags: [String], labels: [String: String], mayBeThere: Bool
        ) {
            self.job = job
            self.action = action
            self.attempt = attempt
            self.context = context
            self.platforms = platforms
            self.buildArgs = buildArgs
            self.tags = tags
            self.labels = labels
            self.mayBeThere = mayBeThere
        }

        /// The label that names the job.
        package static let jobLabel = "watcher.job"
    }

    /// A look at the registry: whether the images are there, for every platform.
    package struct Verify: Sendable, Equatable {
        package var job: String
        package var action: String
        package var images: [String]
        package var platforms: [String]

        package init(job: String, action: String, images: [String], platforms: [String]) {
            self.job = job
            self.action = action
            self.images = images
            self.platforms = platforms
        }
    }

    /// Tags that shall stand for what an image's digest names.
    package struct Move: Sendable, Equatable {
        package var job: String
        package var action: String
        package var digest: String
        package var steps: [Step]

        package init(job: String, action: String, digest: String, steps: [Step]) {
            self.job = job
            self.action = action
            self.digest = digest
            self.steps = steps
        }

        package struct Step: Sendable, Equatable {
            package var from: String
            package var to: String

            package init(from: String, to: String) {
                self.from = from
                self.to = to
            }
        }
    }
}

/// What became of a build.
package enum BuildOutcome: Sendable, Equatable {
    /// Pushed, where it is to be pushed; the digest where buildx named one. `log` is a file's name.
    case built(digest: String?, log: String)
    /// It was there, for every platform and with this job's label: nothing was built.
    case alreadyThere
    case failed(RequestFailure, log: String?)
}

/// What a look at a registry brought.
package enum VerifyOutcome: Sendable, Equatable {
    /// All images are there. The first one's digest, and its platforms with theirs.
    case complete(digest: String, [PlatformDigest])
    /// The registry has it, but not for these platforms.
    case incomplete(image: String, missing: [String])
    /// The registry does not know it.
    case absent(image: String)
    case failed(RequestFailure)
}

/// What became of moving tags.
package enum MoveOutcome: Sendable, Equatable {
    case moved
    case failed(RequestFailure)
}
