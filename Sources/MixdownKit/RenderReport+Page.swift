import AudioFiles
import Delivery
import Diagnostics
import RenderPlan
import Reporting
import SessionModel

extension RenderReport {
  /// Writes the page and its data into `folder`, where the files are. Without files there is nothing to report.
  mutating func writePage(
    _ session: ResolvedSession, _ stems: [String: StemFile], _ result: DeliveryResult, folder: String
  ) {
    guard let model = ReportModel(session, stems: stems, result, folder: folder, program: Mixdown.version) else {
      return
    }
    page = model
    let path = Project.join(folder, session.name + ".report")
    let measured = Dictionary(files.map { ($0.id, members($0)) }) { first, _ in first }
    do throws(AudioFileError) {
      try AtomicFile.write(model.html, to: path + ".html")
      try AtomicFile.write(model.json(files: measured, checks: checksJSON).text() + "\n", to: path + ".json")
      pagePath = path + ".html"
    } catch {
      diagnostics = sorted(diagnostics + [Diagnostic(.writeFailed, .error, error.message, hints: error.hints)])
      if status == .done { status = .output }
    }
  }
}
