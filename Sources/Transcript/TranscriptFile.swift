import FoundationEssentials

/// A transcript: what a non-member sees of MLS groups. The format is described in
/// `docs/transcripts.md`, its schema is `Schemas/transcript.schema.json`.
package struct TranscriptFile: Sendable {
    package static let format = "mls-public-view-transcript/1"

    package let scenarios: [TranscriptScenario]

    /// Reads a file; what is wrong with it comes as one line.
    package init(json: Data) throws(TranscriptError) {
        self = try TranscriptError.decoding(TranscriptFile.self, from: json)
    }
}

/// One group, from its import on.
package struct TranscriptScenario: Sendable {
    package let name: String
    package let cipherSuite: UInt16
    package let initial: Initial
    package let steps: [Step]

    package struct Initial: Sendable {
        package let groupInfo: [UInt8]
        package let ratchetTree: [UInt8]?
        package let expect: Expectation
    }

    package struct Step: Sendable {
        package let message: [UInt8]
        package let welcome: [UInt8]?
        package let groupInfoAfter: [UInt8]?
        package let ratchetTreeAfter: [UInt8]?
        package let expect: Expectation
    }
}

/// What must hold after the import or a step; what is absent is not compared.
package struct Expectation: Sendable {
    package let accepted: Bool
    package let mayDefer: Bool
    package let epoch: UInt64?
    package let treeHash: [UInt8]?
    package let confirmedTranscriptHash: [UInt8]?
    package let interimTranscriptHash: [UInt8]?
    package let groupContext: [UInt8]?
    package let leafCount: Int?
    /// By leaf index; nil for a blank leaf.
    package let memberIdentities: [[UInt8]?]?
    package let proposalReference: [UInt8]?
}
