import WatcherCore

/// A run as Forgejo writes it, or as Gitea does, which follows GitHub.
struct ForgejoRun: Decodable {
    var id: Int64
    var title: String
    var url: String?
    var created: Timestamp?
    private var workflow: String?
    private var status: String?
    private var conclusion: String?

    private enum CodingKeys: String, CodingKey {
        case id, title, status, conclusion, created, path
        case displayTitle = "display_title"
        case workflow = "workflow_id"
        case url = "html_url"
        case createdAt = "created_at"
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        func text(_ keys: CodingKeys...) -> String? {
            keys.lazy.compactMap { try? fields.decodeIfPresent(String.self, forKey: $0) }.first { !$0.isEmpty }
        }
        id = try fields.decode(Int64.self, forKey: .id)
        title = text(.displayTitle, .title) ?? ""
        url = text(.url)
        created = text(.created, .createdAt).flatMap { Timestamp($0) }
        // `build.yaml@refs/heads/main` at Gitea.
        workflow = text(.workflow) ?? text(.path).map { String($0.prefix { $0 != "@" }) }
        status = text(.status)
        conclusion = text(.conclusion)
    }

    /// Whether it is of a workflow's file, as far as it says so.
    func isOf(_ file: String) -> Bool {
        workflow.map { $0 == file || $0.hasSuffix("/" + file) } ?? true
    }

    /// How it has ended; nil while it has not. Words that are not known are those of a run that goes on.
    var ending: String? {
        switch status {
        case "completed": conclusion ?? "completed"
        case "success", "failure", "cancelled", "skipped": status
        default: nil
        }
    }
}

struct ForgejoRunPage: Decodable {
    var runs: [ForgejoRun]
    var total: Int?

    enum CodingKeys: String, CodingKey {
        case runs = "workflow_runs"
        case total = "total_count"
    }
}

/// The jobs of a run: Forgejo writes a list, Gitea an object around it.
struct ForgejoRunJobs: Decodable {
    private struct Item: Decodable {
        var name: String
        var status: String?
        var conclusion: String?
    }

    private enum CodingKeys: CodingKey { case jobs }

    private var items: [Item]

    init(from decoder: any Decoder) throws {
        if let list = try? decoder.singleValueContainer().decode([Item].self) {
            items = list
        } else {
            items = try decoder.container(keyedBy: CodingKeys.self).decode([Item].self, forKey: .jobs)
        }
    }

    /// `build (failure)`.
    var failed: [String] {
        items.compactMap { item in
            let word = item.conclusion ?? item.status ?? ""
            return ["failure", "cancelled"].contains(word) ? "\(item.name) (\(word))" : nil
        }
    }
}
