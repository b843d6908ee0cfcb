import FoundationEssentials
import Scenario
import Transcript

/// What `parse` makes of a file that the user names.
func readInput<T>(_ file: String, _ parse: (Data) throws -> T) throws -> T {
    do {
        return try parse(try Data(contentsOf: URL(filePath: file)))
    } catch let error as TranscriptError {
        throw Failure("\(file): \(error)")
    } catch let error as ScenarioError {
        throw Failure("\(file): \(error)")
    } catch let error as CocoaError {
        let why =
            switch error.code {
            case .fileReadNoSuchFile, .fileNoSuchFile: "does not exist"
            case .fileReadNoPermission: "access is denied"
            default: "can't be read"
            }
        throw Failure("\(file): \(why)")
    } catch {
        throw Failure("\(file): can't be read")
    }
}
