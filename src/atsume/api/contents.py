"""The table of contents: every endpoint of the wire."""

from atsume.api.ats import actions, unavailable
from atsume.api.ats.application_stages import STAGES
from atsume.api.ats.applications import APPLICATIONS
from atsume.api.ats.candidates import CANDIDATES
from atsume.api.ats.create import CREATE_APPLICATION, CREATE_CANDIDATE
from atsume.api.ats.jobs import JOBS
from atsume.api.ats.users import USERS
from atsume.api.connect.activation import ACTIVATE_INTEGRATION, INTEGRATION_BY_TOKEN
from atsume.api.connect.create_link import CREATE_LINK
from atsume.api.connect.ending import DELETE_INTEGRATION, ENABLED
from atsume.api.connect.permissions import PERMISSIONS
from atsume.api.connect.relinking import RELINK, SETUP_LINK
from atsume.api.endpoints import Endpoint
from atsume.api.general import fields
from atsume.api.general.changes import CHANGES
from atsume.api.general.check_api_key import CHECK_API_KEY
from atsume.api.general.force_sync import FORCE_SYNC
from atsume.api.general.integrations import INTEGRATION
from atsume.api.general.passthrough import PASSTHROUGH
from atsume.api.general.tools import TOOLS
from atsume.api.general.webhooks import WEBHOOKS
from atsume.api.paging import Listing, endpoint

LISTINGS: tuple[Listing, ...] = (JOBS, CANDIDATES, APPLICATIONS, STAGES, USERS)

ENDPOINTS: tuple[Endpoint, ...] = (
    CHECK_API_KEY,
    CHANGES,
    FORCE_SYNC,
    INTEGRATION,
    DELETE_INTEGRATION,
    ENABLED,
    RELINK,
    SETUP_LINK,
    PERMISSIONS,
    TOOLS,
    *WEBHOOKS,
    CREATE_LINK,
    INTEGRATION_BY_TOKEN,
    ACTIVATE_INTEGRATION,
    *fields.ENDPOINTS,
    PASSTHROUGH,
    *(endpoint(listing) for listing in LISTINGS),
    CREATE_APPLICATION,
    CREATE_CANDIDATE,
    *actions.endpoints(),
    *unavailable.endpoints(),
)
