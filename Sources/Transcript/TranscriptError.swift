import FoundationEssentials

/// What is wrong with a transcript file, and where in it.
package struct TranscriptError: Error, CustomStringConvertible {
    package let description: String

    init(_ problem: String, at path: [any CodingKey]) {
        let place = path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
        description = place.isEmpty ? problem : "\(place): \(problem)"
    }

    init(_ error: DecodingError) {
        switch error {
        case .typeMismatch(let type, let context):
            self.init("is no \(type)", at: context.codingPath)
        case .valueNotFound(let type, let context):
            self.init("is null instead of a \(type)", at: context.codingPath)
        case .keyNotFound(let key, let context):
            self.init("has no key \"\(key.stringValue)\"", at: context.codingPath)
        case .dataCorrupted(let context):
            self.init(
                context.codingPath.isEmpty ? "not JSON" : context.debugDescription,
                at: context.codingPath)
        @unknown default:
            self.init("not a transcript", at: [])
        }
    }
}
