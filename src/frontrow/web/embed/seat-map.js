/** The one address that other sites load: `<script type="module" src="https://…/embed/seat-map.js"></script>`. */

export { SeatMap } from "../js/define.js";
