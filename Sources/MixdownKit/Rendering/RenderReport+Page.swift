import AudioFiles
import Delivery
import Diagnostics
import RenderPlan
import Reporting
import SessionModel

extension RenderReport {
  /// Writes the page and its data. Without files there is nothing to report.
  mutating func writePage(
    _ session: ResolvedSession, _ stems: [String: StemFile], _ result: DeliveryResult, by deliverer: Deliverer
  ) {
    let paths = deliverer.reportPaths
    guard
      let model = ReportModel(
        session, stems: stems, result, folder: deliverer.folder, program: Mixdown.version,
        audition: audition?.words ?? [], hasFiles: paths.data != nil)
    else { return }
    page = model
    let measured = Dictionary(files.map { ($0.id, members($0)) }) { first, _ in first }
    do throws(AudioFileError) {
      try AtomicFile.write(model.html, to: paths.page)
      if let data = paths.data {
        try AtomicFile.write(model.json(files: measured, checks: checksJSON).text() + "\n", to: data)
      }
      pagePath = paths.page
    } catch {
      diagnostics = sorted(diagnostics + [Diagnostic(.writeFailed, .error, error.message, hints: error.hints)])
      if status == .done { status = .output }
    }
  }
}
