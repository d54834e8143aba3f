import Foundation
import Synchronization

/// Repositories, tokens and limits, as a test sets them.
extension GitHubLookalike {
    /// Returns the numeric id. A name that exists already is taken over: the former repository keeps only its id
    /// (repo-jacking), unless it has been renamed.
    @discardableResult
    package func addRepository(_ fullName: String, id: Int? = nil) -> Int {
        state.withLock { $0.addRepository(fullName, id: id) }
    }

    /// The numeric id of what now bears the name, or left it behind.
    package func repositoryID(_ fullName: String) -> Int? {
        state.withLock { $0.names[fullName.lowercased()] }
    }

    /// The old name redirects to the same id until another repository takes it.
    package func rename(_ fullName: String, to newName: String) {
        state.withLock { state in
            var old = fullName
            state.change(fullName) {
                old = $0.fullName
                $0.fullName = newName
            }
            state.names[newName.lowercased()] = state.names[old.lowercased()]
            for index in state.runs.indices where state.runs[index].repository == old {
                state.runs[index] = state.runs[index].moved(to: newName)
            }
        }
    }

    package func archive(_ fullName: String, _ isArchived: Bool = true) {
        state.withLock { state in state.change(fullName) { $0.isArchived = isArchived } }
    }

    /// 404 from then on, or again there with `false`.
    package func delete(_ fullName: String, _ isDeleted: Bool = true) {
        state.withLock { state in state.change(fullName) { $0.isDeleted = isDeleted } }
    }

    /// 451, a legal block.
    package func block(_ fullName: String, _ isBlocked: Bool = true) {
        state.withLock { state in state.change(fullName) { $0.isBlocked = isBlocked } }
    }

    /// Private: 404 for everybody but tokens that include it.
    package func hide(_ fullName: String, _ isPrivate: Bool = true) {
        state.withLock { state in state.change(fullName) { $0.isPrivate = isPrivate } }
    }

    /// The two forms of its path redirect to each other.
    package func redirectForever(_ fullName: String) {
        state.withLock { state in state.change(fullName) { $0.redirect = .loop } }
    }

    /// Redirects to another host or port, such as `http://127.0.0.1:9`; nil ends any redirect.
    package func redirect(_ fullName: String, to base: String?) {
        state.withLock { state in state.change(fullName) { $0.redirect = base.map { .elsewhere($0) } } }
    }

    /// A branch or tag that a dispatch may name; `main` is there from the beginning.
    package func addRef(_ fullName: String, _ ref: String) {
        state.withLock { state in state.change(fullName) { $0.refs.insert(ref) } }
    }

    package func setDefaultBranch(_ fullName: String, _ branch: String) {
        state.withLock { state in
            state.change(fullName) {
                $0.defaultBranch = branch
                $0.refs.insert(branch)
            }
        }
    }

    // MARK: Tokens and limits

    /// From the first added token on, any other is answered 401.
    package func addToken(_ token: String, _ properties: Token = Token()) {
        state.withLock { $0.tokens[token] = properties }
    }

    /// 401 from then on: revoked.
    package func removeToken(_ token: String) {
        state.withLock { state in
            state.tokens[token] = nil
            if state.tokens.isEmpty { state.tokens["none"] = Token() }
        }
    }

    /// The budget of a token, or with nil of this address: so much is left, and so much time until it is full again.
    package func setRemaining(
        _ remaining: Int, resetsIn seconds: Double = 3600, token: String? = nil, ofPoints: Bool = false
    ) {
        state.withLock { state in
            let key = (ofPoints ? LookalikeState.pointsOf : "") + (token ?? "")
            state.quotas[key] = .init(
                used: max(0, state.limit(key) - remaining), resets: state.now.addingTimeInterval(seconds))
        }
    }
}

extension LookalikeState {
    mutating func addRepository(_ fullName: String, id: Int? = nil) -> Int {
        let id = id ?? nextID()
        // Two namesakes would share their runs, which are kept by name.
        runs.removeAll { $0.repository.lowercased() == fullName.lowercased() }
        repositories[id] = LookalikeRepository(id: id, fullName: fullName)
        names[fullName.lowercased()] = id
        return id
    }

    /// Changes the repository of that name, which is made when there is none.
    mutating func change(_ fullName: String, _ change: (inout LookalikeRepository) -> Void) {
        let id = names[fullName.lowercased()] ?? addRepository(fullName)
        guard var repository = repositories[id] else { return }
        change(&repository)
        repository.renderedLists = [:]
        repositories[id] = repository
    }
}

extension GitHubLookalike.Run {
    func moved(to fullName: String) -> GitHubLookalike.Run {
        GitHubLookalike.Run(
            id: id, repository: fullName, workflow: workflow, title: title, inputs: inputs, event: event, ref: ref,
            number: number, created: created, attempt: attempt, status: status, conclusion: conclusion, jobs: jobs,
            updated: updated, looks: looks, lists: lists)
    }
}
