import FoundationEssentials

/// What is wrong with an input file, and where in it.
package struct TranscriptError: Error, CustomStringConvertible {
    package let description: String

    init(_ problem: String, at path: [any CodingKey]) {
        let place = path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
        let text = place.isEmpty ? problem : "\(place): \(problem)"
        // A file may have keys of any length.
        description = text.count > 300 ? "\(text.prefix(300)) …" : text
    }

    /// Reads a value from JSON; whatever is wrong with it comes as this error.
    static func decoding<T: Decodable>(
        _ type: T.Type, from json: Data
    ) throws(TranscriptError) -> T {
        do {
            return try JSONDecoder().decode(type, from: json)
        } catch let error as TranscriptError {
            throw error
        } catch let error as DecodingError {
            throw TranscriptError(error)
        } catch {
            throw TranscriptError("not JSON", at: [])
        }
    }

    /// A type in the words of JSON.
    private static func kind(_ type: Any.Type) -> String {
        switch type {
        case is String.Type: "a string"
        case is Bool.Type: "true or false"
        case is any FixedWidthInteger.Type: "a number"
        case is [Any].Type: "an array"
        default: "an object"
        }
    }

    init(_ error: DecodingError) {
        switch error {
        case .typeMismatch(let type, let context):
            self.init("is not \(Self.kind(type))", at: context.codingPath)
        case .valueNotFound(let type, let context):
            self.init("is null instead of \(Self.kind(type))", at: context.codingPath)
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
