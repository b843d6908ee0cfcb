import Foundation
import MLSMessages
import PresentationLanguage
import TestSupport

/// An mls-rs client in a process of its own; see `mls-rs-client` beside this file.
final class MLSRSClient {
    /// The Python that has mls-rs, or why there is none: `Tools/test` sets both.
    static let python = ProcessInfo.processInfo.environment["MLS_RS_PYTHON"]
    static let reason =
        ProcessInfo.processInfo.environment["MLS_RS_SKIPPED"]
        .map { "SKIPPED: \($0)" } ?? "SKIPPED: MLS_RS_PYTHON names no Python; Tools/test sets it"

    let identity: String
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var unread = Data()

    /// What mls-rs, or the script, says against a command.
    struct Failure: Error {
        let text: String
    }

    init(_ identity: String, treeInWelcome: Bool = true) throws {
        self.identity = identity
        let script = projectRoot.appending(path: "Tests/InteropTests/mls-rs-client").path
        process.executableURL = URL(filePath: Self.python ?? "")
        process.arguments = [script, identity, treeInWelcome ? "tree" : "none"]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    // MARK: Commands

    func keyPackage() throws -> KeyPackage {
        let answer = try tell("key_package")
        guard case .keyPackage(let package) = try message(answer["message"]) else {
            throw Failure(text: "no key package")
        }
        return package
    }

    func create(groupID: [UInt8]) throws {
        _ = try tell("create", ["group_id": hex(groupID)])
    }

    func join(_ welcome: Welcome, tree: RatchetTreeNodes?) throws {
        let tree: Any = tree.map { hex($0.encoded) } ?? NSNull()
        _ = try tell(
            "join", ["welcome": hex(MLSMessage.welcome(welcome).encoded), "tree": tree])
    }

    func add(_ packages: [KeyPackage]) throws -> (commit: MLSMessage, welcome: Welcome?) {
        try commit("add", ["key_packages": encoded(packages)])
    }

    /// Removes a member whose application message it read.
    func remove(_ identity: String) throws -> (commit: MLSMessage, welcome: Welcome?) {
        try commit("remove", ["identity": identity])
    }

    /// Commits what waits; with a path.
    func commit() throws -> (commit: MLSMessage, welcome: Welcome?) {
        try commit("commit", [:])
    }

    func propose(add packages: [KeyPackage]) throws -> [MLSMessage] {
        try messages(tell("propose_add", ["key_packages": encoded(packages)]))
    }

    func propose(remove identity: String) throws -> [MLSMessage] {
        try messages(tell("propose_remove", ["identity": identity]))
    }

    /// Takes a message; `writer` names the sender of an application message from then on.
    func process(_ message: MLSMessage, writer: String = "") throws -> (kind: String, data: [UInt8])
    {
        let answer = try tell("process", ["message": hex(message.encoded), "writer": writer])
        return (answer["kind"] as? String ?? "", try data(answer["data"]))
    }

    func encrypt(_ data: [UInt8]) throws -> MLSMessage {
        try message(tell("encrypt", ["data": hex(data)])["message"])
    }

    func export(label: String, context: [UInt8], length: Int) throws -> [UInt8] {
        try data(
            tell("export", ["label": label, "context": hex(context), "length": length])["secret"])
    }

    func tree() throws -> RatchetTreeNodes {
        try RatchetTreeNodes(parsing: data(tell("tree")["tree"]))
    }

    // MARK: Lines

    private func tell(_ name: String, _ arguments: [String: Any] = [:]) throws -> [String: Any] {
        var command = arguments
        command["do"] = name
        let line = try JSONSerialization.data(withJSONObject: command) + Data("\n".utf8)
        try input.fileHandleForWriting.write(contentsOf: line)
        let answer = try JSONSerialization.jsonObject(with: readLine()) as? [String: Any] ?? [:]
        if let text = answer["error"] as? String { throw Failure(text: "\(name): \(text)") }
        return answer
    }

    private func readLine() throws -> Data {
        while true {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                defer { unread = Data(unread[(end + 1)...]) }
                return unread[..<end]
            }
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { throw Failure(text: "the client is gone") }
            unread += more
        }
    }

    private func commit(
        _ name: String, _ arguments: [String: Any]
    ) throws -> (commit: MLSMessage, welcome: Welcome?) {
        let answer = try tell(name, arguments)
        let commit = try message(answer["commit"])
        guard answer["welcome"] is String else { return (commit, nil) }
        guard case .welcome(let welcome) = try message(answer["welcome"]) else {
            throw Failure(text: "no Welcome")
        }
        return (commit, welcome)
    }

    private func encoded(_ packages: [KeyPackage]) -> [String] {
        packages.map { hex(MLSMessage.keyPackage($0).encoded) }
    }

    private func messages(_ answer: [String: Any]) throws -> [MLSMessage] {
        try (answer["messages"] as? [Any] ?? []).map { try message($0) }
    }

    private func message(_ value: Any?) throws -> MLSMessage {
        try MLSMessage(parsing: data(value))
    }

    private func data(_ value: Any?) throws -> [UInt8] {
        guard let text = value as? String, let bytes = bytes(hex: text) else {
            throw Failure(text: "no bytes")
        }
        return bytes
    }
}
